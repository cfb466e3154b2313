import type { Row } from "../formats/table.ts";
import { cdnv, nccErrorBound } from "./cdnv.ts";
import { type EffectiveDepth, effectiveDepthByCdnv, effectiveDepthByNcc } from "./effective_depth.ts";
import { publishedCdnv } from "./published_cdnv.ts";
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
  const ncc = ["ncc_accuracy", "ncc_agreement"];
  const checks = ["uncorrected_pairs", "cdnv_published", "cdnv_published_error"];
  const sizes = ["examples", "classes", "missing_classes", "single_classes", "least_examples", "most_examples"];
  return {
    columns: [...Object.keys(identity), ...columns, ...ncc, ...checks, ...sizes],
    rows: rows.map((row) => {
      const { mean, median, max, corrected, degeneratePairs, uncorrectedPairs } = cdnv(row);
      checkBound(row, classes, mean);
      const published = publishedCdnv(row.counts, row.published);
      const counts = Array.from(row.counts);
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
        uncorrected_pairs: uncorrectedPairs,
        cdnv_published: published,
        cdnv_published_error: published === null || mean === null || mean === 0 ? null : published / mean - 1,
        examples: sum(row.counts),
        classes,
        missing_classes: counts.filter((count) => count === 0).length,
        single_classes: counts.filter((count) => count === 1).length,
        least_examples: Math.min(...counts),
        most_examples: Math.max(...counts),
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
  return {
    columns: [...Object.keys(identity), ...columns],
    rows: trainedLayers(rows).flatMap(({ epoch, byCdnv, byNcc }) =>
      Object.entries({ cdnv: byCdnv(cdnvFactor), ncc: byNcc(nccMargin) }).flatMap(([definition, { depth, curve }]) =>
        curve.map((point) => ({ ...identity, epoch, definition, ...point, effective_depth: depth }))
      )
    ),
  };
}

/** Factors at which the depth by CDNV is told, and margins at which that by NCC is: about even steps of a logarithm. */
const [factors, margins] = [
  [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 20, 50, 100],
  [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5],
];

/**
 * The curve of the effective depth over its threshold, of every epoch and by both definitions: a verdict that hangs on the
 * threshold chosen says little. A threshold is a multiple of the last layer's CDNV, or a margin on the network's train error.
 */
export function depthCurveTable({ identity, rows }: NetworkStatistics): CollapseTable {
  return {
    columns: [...Object.keys(identity), "epoch", "definition", "threshold", "effective_depth"],
    rows: trainedLayers(rows).flatMap(({ epoch, byCdnv, byNcc }) => [
      ...factors.map((threshold) => {
        return { ...identity, epoch, definition: "cdnv", threshold, effective_depth: byCdnv(threshold).depth };
      }),
      ...margins.map((threshold) => {
        return { ...identity, epoch, definition: "ncc", threshold, effective_depth: byNcc(threshold).depth };
      }),
    ]),
  };
}

/** The effective depth on the train set, epoch by epoch, as functions of the thresholds. */
function trainedLayers(rows: readonly LayerStatistics[]): {
  readonly epoch: number;
  readonly byCdnv: (factor: number) => EffectiveDepth;
  readonly byNcc: (margin: number) => EffectiveDepth;
}[] {
  const epochs = Map.groupBy(rows.filter(({ split }) => split === "train"), ({ epoch }) => epoch);
  return [...epochs].map(([epoch, unordered]) => {
    const layers = unordered.toSorted((a, b) => a.layer - b.layer);
    const values = layers.map((layer) => cdnv(layer).mean);
    const errors = layers.map((layer) => errorOf(sum(layer.nccCorrect), layer));
    const networkError = errorOf(layers[0]!.networkCorrect, layers[0]!) ?? 0;
    return {
      epoch,
      byCdnv: (factor) => effectiveDepthByCdnv(values, factor),
      byNcc: (margin) => effectiveDepthByNcc(errors, networkError, margin),
    };
  });
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
