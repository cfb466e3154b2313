import type { Row } from "../../formats/table.ts";
import { type Identity, identityCells, identityColumns, networkKey } from "./network.ts";
import type { CurveRow } from "./rows.ts";
import type { Study } from "./study.ts";

/** The effective depth of a network at one threshold after its last measured epoch, and what to compare it with. */
export interface ComparedDepth {
  /** The row of the last measured epoch. */
  readonly row: CurveRow;
  /** Of the same network before training; null where no layer meets the definition, or nothing was measured. */
  readonly untrained: number | null;
  /** Of a network like it whose labels were all replaced, so that there is nothing to learn but noise; null as above. */
  readonly shuffled: number | null;
}

/** Columns of the study's `depth_curve.csv`. */
export const depthCurveColumns = [
  ...identityColumns,
  ...["definition", "threshold"],
  ...["effective_depth", "effective_depth_untrained", "effective_depth_shuffled"],
] as const;

/** The effective depth over its threshold of every network, beside that before training and on shuffled labels. */
export function comparedDepths({ curve }: Study): ComparedDepth[] {
  const last = new Map<string, CurveRow>();
  for (const row of curve) {
    const found = last.get(keyOf(row));
    if (found === undefined || found.epoch < row.epoch) last.set(keyOf(row), row);
  }
  const untrained = new Map(curve.filter(({ epoch }) => epoch === 0).map((row) => [keyOf(row), row]));
  return [...last].map(([key, row]) => ({
    row,
    untrained: untrained.get(key)?.effectiveDepth ?? null,
    shuffled: last.get(keyOf({ ...row, labelNoise: 1 }))?.effectiveDepth ?? null,
  }));
}

/** Rows of the study's `depth_curve.csv`. */
export function depthCurveRows(study: Study): Row[] {
  return comparedDepths(study).map(({ row, untrained, shuffled }) => ({
    ...identityCells(row),
    ...{ definition: row.definition, threshold: row.threshold },
    effective_depth: row.effectiveDepth,
    effective_depth_untrained: untrained,
    effective_depth_shuffled: shuffled,
  }));
}

function keyOf(row: Identity & Pick<CurveRow, "definition" | "threshold">): string {
  return JSON.stringify([networkKey(row), row.seed, row.definition, row.threshold]);
}
