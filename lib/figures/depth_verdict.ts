import type { Network } from "./network.ts";
import { labelOf } from "./series.ts";
import type { DepthRow, Study } from "./study.ts";

/** The effective depth of a network by one definition, of each seed. */
export interface DepthVerdict {
  /** The network's label. */
  readonly network: string;
  /** By which definition. */
  readonly definition: DepthRow["definition"];
  /** A number a seed, ascending by seed; null where no layer meets the definition. */
  readonly trained: readonly (number | null)[];
  /** The same at epoch 0; empty where it was not measured. */
  readonly untrained: readonly (number | null)[];
}

/** The effective depths of all networks after the last measured epoch, beside those before training. */
export function depthVerdicts(study: Study): DepthVerdict[] {
  return study.networks.flatMap((network) =>
    (["cdnv", "ncc"] as const).map((definition) => {
      const rows = rowsOf(study, network).filter((row) => row.definition === definition);
      const last = rows.reduce((epoch, row) => Math.max(epoch, row.epoch), 0);
      const at = (epoch: number) =>
        network.seeds.flatMap((seed) => {
          const row = rows.find((candidate) => candidate.seed === seed && candidate.epoch === epoch);
          return row === undefined ? [] : [row.effectiveDepth];
        });
      return { network: network.label, definition, trained: at(last), untrained: at(0) };
    })
  );
}

function rowsOf(study: Study, network: Network): DepthRow[] {
  const label = labelOf(study);
  return study.depth.filter((row) => label(row) === network.label);
}

/** "4", over seeds "4 to 5", "none" where no layer meets the definition, "–" where it was not measured. */
export function depthText(depths: readonly (number | null)[]): string {
  if (depths.length === 0) return "–";
  const texts = (depth: number | null) => depth === null ? "none" : String(depth);
  const distinct = [...new Set(depths)].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const [first, last] = [distinct[0]!, distinct.at(-1)!];
  return first === last ? texts(first) : `${texts(first)} to ${texts(last)}`;
}
