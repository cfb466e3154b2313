import type { Row } from "../../formats/table.ts";

/** Columns of the study's `depth_curve.csv`. */
export const depthCurveColumns = [
  ...["dataset", "model", "depth", "width", "seed", "definition", "threshold"],
  ...["effective_depth", "effective_depth_untrained", "effective_depth_shuffled"],
] as const;

/**
 * The effective depth over its threshold after the last measured epoch, beside that of the untrained network and of a network
 * like it trained on shuffled labels. Cells are empty where no layer meets the definition, or nothing was measured.
 *
 * @param curves rows of the networks' `depth_curve.csv`
 * @param shuffled the same of networks trained on shuffled labels, each with the identity of the network it stands beside
 */
export function depthCurveRows(curves: readonly Row[], shuffled: readonly Row[]): Row[] {
  const others = finals(shuffled);
  const last = finals(curves);
  const untrained = new Map(curves.filter(({ epoch }) => epoch === 0).map((row) => [keyOf(row), row]));
  return [...last].map(([key, row]) => {
    const { dataset, model, depth, width, seed, definition, threshold, effective_depth } = row;
    return {
      ...{ dataset, model, depth, width, seed, definition, threshold, effective_depth } as Row,
      effective_depth_untrained: untrained.get(key)?.effective_depth ?? null,
      effective_depth_shuffled: others.get(key)?.effective_depth ?? null,
    };
  });
}

/** The rows of each network's last epoch, by network and threshold. */
function finals(rows: readonly Row[]): Map<string, Row> {
  const last = new Map<string, Row>();
  for (const row of rows) {
    const found = last.get(keyOf(row));
    if (found === undefined || Number(found.epoch) < Number(row.epoch)) last.set(keyOf(row), row);
  }
  return last;
}

function keyOf({ dataset, model, depth, width, seed, definition, threshold }: Row): string {
  return JSON.stringify([dataset, model, depth, width, seed, definition, threshold]);
}
