import type { Row } from "../formats/table.ts";
import { cdnv, nccErrorBound } from "./cdnv.ts";
import { effectiveDepthByCdnv, effectiveDepthByNcc } from "./effective_depth.ts";
import type { LayerStatistics, NetworkStatistics } from "./statistics.ts";

/** A CSV table to be. */
export interface CollapseTable {
  /** In the order of the file. */
  readonly columns: readonly string[];
  /** A value, text or null for each column. */
  readonly rows: readonly Row[];
}

/** The thresholds of the two definitions of effective depth. */
export interface DepthThresholds {
  /** Collapsed: CDNV at most this many times the last layer's. */
  readonly cdnvFactor: number;
  /** Collapsed: NCC error at most this much above the network's. */
  readonly nccMargin: number;
}

/**
 * CDNV and NCC of every layer, epoch and set.
 *
 * @throws {Error} where a train NCC error exceeds 4 (C - 1) CDNV, which no features allow: the statistics are wrong
 */
export function cdnvTable({ identity, classes, rows }: NetworkStatistics): CollapseTable {
  const columns = ["epoch", "layer", "split", "cdnv", "cdnv_median", "cdnv_max", "cdnv_corrected", "degenerate_pairs"];
  return {
    columns: [...Object.keys(identity), ...columns, "ncc_accuracy", "ncc_agreement"],
    rows: rows.map((row) => {
      const { mean, median, max, corrected, degeneratePairs } = cdnv(row);
      checkBound(row, classes, mean);
      return {
        ...identity,
        epoch: row.epoch,
        layer: row.layer,
        split: row.split,
        cdnv: mean,
        cdnv_median: median,
        cdnv_max: max,
        cdnv_corrected: corrected,
        degenerate_pairs: degeneratePairs,
        ncc_accuracy: share(sum(row.nccCorrect), row),
        ncc_agreement: share(row.nccAgree, row),
      };
    }),
  };
}

/** The effective depth of every epoch by both definitions, each with its curve over the layers, on the train set. */
export function effectiveDepthTable(
  { identity, rows }: NetworkStatistics,
  { cdnvFactor, nccMargin }: DepthThresholds,
): CollapseTable {
  const columns = ["epoch", "definition", "layer", "value", "threshold", "ratio", "effective_depth"];
  const epochs = Map.groupBy(rows.filter(({ split }) => split === "train"), ({ epoch }) => epoch);
  return {
    columns: [...Object.keys(identity), ...columns],
    rows: [...epochs].flatMap(([epoch, unordered]) => {
      const layers = unordered.toSorted((a, b) => a.layer - b.layer);
      const errors = layers.map((layer) => errorOf(sum(layer.nccCorrect), layer));
      const definitions = {
        cdnv: effectiveDepthByCdnv(layers.map((layer) => cdnv(layer).mean), cdnvFactor),
        ncc: effectiveDepthByNcc(errors, errorOf(layers[0]!.networkCorrect, layers[0]!) ?? 0, nccMargin),
      };
      return Object.entries(definitions).flatMap(([definition, { depth, curve }]) =>
        curve.map((point) => ({ ...identity, epoch, definition, ...point, effective_depth: depth }))
      );
    }),
  };
}

function checkBound(row: LayerStatistics, classes: number, mean: number | null): void {
  if (row.split !== "train" || mean === null) return;
  const errors = Array.from(row.counts).flatMap((count, label) =>
    count === 0 ? [] : [1 - row.nccCorrect[label]! / count]
  );
  const error = sum(errors) / errors.length;
  // With classes missing, C is the number of those present.
  const bound = nccErrorBound(Math.min(classes, errors.length), mean);
  if (error > bound * (1 + 1e-9)) {
    throw new Error(
      `The statistics of layer ${row.layer} at epoch ${row.epoch} contradict themselves: the train NCC error ${error} ` +
        `exceeds its bound ${bound} by CDNV; run the features stage again`,
    );
  }
}

function share(count: number, { counts }: LayerStatistics): number | null {
  const total = sum(counts);
  return total === 0 ? null : count / total;
}

/** Of the examples that are wrong, since 1 - accuracy is rounded, and an error that equals its threshold must meet it. */
function errorOf(correct: number, row: LayerStatistics): number | null {
  return share(sum(row.counts) - correct, row);
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) total += values[at]!;
  return total;
}
