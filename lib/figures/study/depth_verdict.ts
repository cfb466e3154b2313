import type { Network } from "./network.ts";
import { labelOf } from "./series.ts";
import type { DepthRow } from "./rows.ts";
import type { Study } from "./study.ts";

/** A number of layers; null where no layer meets the definition, undefined where it was not measured. */
export type EffectiveDepth = number | null | undefined;

/** The effective depth of a network and seed by one definition. */
export interface DepthVerdict {
  /** The network's label. */
  readonly network: string;
  /** The seed it was trained from. */
  readonly seed: number;
  /** By which definition. */
  readonly definition: DepthRow["definition"];
  /** After the last measured epoch of training. */
  readonly trained: EffectiveDepth;
  /** Before training. */
  readonly untrained: EffectiveDepth;
  /** What a layer's value must not exceed after training; null where it could not be told or was not measured. */
  readonly threshold: number | null;
}

/** The effective depths of every network and seed by both definitions, in the order of the study's networks. */
export function depthVerdicts(study: Study): DepthVerdict[] {
  return study.networks.flatMap((network) =>
    network.seeds.flatMap((seed) => {
      const own = rowsOf(study, network).filter((row) => row.seed === seed);
      return (["cdnv", "ncc"] as const).map((definition) => {
        const rows = own.filter((row) => row.definition === definition);
        const last = rows.reduce((epoch, row) => Math.max(epoch, row.epoch), 0);
        const trained = rows.find((row) => row.epoch === last && last > 0);
        return {
          network: network.label,
          seed,
          definition,
          trained: trained?.effectiveDepth,
          untrained: rows.find((row) => row.epoch === 0)?.effectiveDepth,
          threshold: trained?.threshold ?? null,
        };
      });
    })
  );
}

function rowsOf(study: Study, network: Network): DepthRow[] {
  const label = labelOf(study);
  return study.depth.filter((row) => label(row) === network.label);
}

/** "4", over seeds "4 to 5", "none" where no layer meets the definition, "–" where it was not measured. */
export function depthText(depths: readonly EffectiveDepth[]): string {
  const measured = depths.filter((depth) => depth !== undefined);
  if (measured.length === 0) return "–";
  const texts = (depth: number | null) => depth === null ? "none" : String(depth);
  const distinct = [...new Set(measured)].sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  const [first, last] = [distinct[0]!, distinct.at(-1)!];
  return first === last ? texts(first) : `${texts(first)} to ${texts(last)}`;
}
