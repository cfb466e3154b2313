import { readSafetensors, type TensorFile, writeSafetensors } from "../formats/safetensors.ts";
import { type ClassStatistics, pairCount } from "./class_statistics.ts";
import type { ClassifierStatistics } from "./classifier.ts";
import type { EffectiveRanks } from "./effective_rank.ts";
import type { PublishedStatistics } from "./published_cdnv.ts";
import { doubleTensor, integerTensor, singleTensor, TensorRows } from "./statistics_tensors.ts";

/** The set that features were computed on. */
export type SplitName = "train" | "test";

/** What is kept of one layer's features at one epoch on one set. */
export interface LayerStatistics extends ClassStatistics {
  /** Finished epochs of training. */
  readonly epoch: number;
  /** The layer's number, from 1. */
  readonly layer: number;
  /** Which set. */
  readonly split: SplitName;
  /** `[C]`: examples of each class that the nearest train class centre classifies rightly. */
  readonly nccCorrect: ArrayLike<number>;
  /** Examples on which the nearest class centre and the network agree. */
  readonly nccAgree: number;
  /** Examples that the network classifies rightly; the same for all layers. */
  readonly networkCorrect: number;
  /** `[C (C + 1) / 2]`: the within-class covariance in the directions of the centred class means, the upper triangle. */
  readonly projected: ArrayLike<number>;
  /** What the published formula makes of the same features in float32. */
  readonly published: PublishedStatistics;
  /** How the network's classifier lies to the class means; `null` but for the last layer, or where it is not known. */
  readonly classifier: ClassifierStatistics | null;
  /** Effective ranks of the features; `null` where they were not asked for, or the layer is too wide. */
  readonly ranks: EffectiveRanks | null;
}

/** The statistics of a network over training: everything the tables of collapse are made of. */
export interface NetworkStatistics {
  /** The identity columns of every table: dataset, model, depth, width, seed, label noise. */
  readonly identity: Readonly<Record<string, number | string>>;
  /** Number of classes C. */
  readonly classes: number;
  /** By epoch, layer, and train before test. */
  readonly rows: readonly LayerStatistics[];
}

const format = "mindepth statistics 3";
const splits: readonly SplitName[] = ["train", "test"];

/**
 * Writes statistics as a safetensors file, a row of each tensor a layer, epoch and set: `epoch`, `layer`, `split` (0 train,
 * 1 test), `counts`, `variances`, `distances`, `scales`, `ncc_correct`, `ncc_agree`, `network_correct`, `projected`,
 * `published_variances`, `published_distances`. Of the rows that `classifier_row` names there are `classifier_products` and
 * `classifier_norms` (|W|_F^2, |M|_F^2); of those that `rank_row` names `effective_ranks` (total, within; 0 where features do
 * not vary).
 */
export async function writeStatistics(path: string, { identity, classes, rows }: NetworkStatistics): Promise<void> {
  const integers = (value: (row: LayerStatistics) => number) => integerTensor(rows.map(value));
  const lists = (value: (row: LayerStatistics) => ArrayLike<number>) => rows.flatMap((row) => Array.from(value(row)));
  const compared = rows.flatMap(({ classifier }, row) => classifier === null ? [] : [{ row, ...classifier }]);
  const ranked = rows.flatMap(({ ranks }, row) => ranks === null ? [] : [{ row, ...ranks }]);
  await writeSafetensors(path, {
    tensors: {
      epoch: integers(({ epoch }) => epoch),
      layer: integers(({ layer }) => layer),
      split: integers(({ split }) => splits.indexOf(split)),
      counts: integerTensor(lists(({ counts }) => counts), classes),
      variances: doubleTensor(lists(({ variances }) => variances), classes),
      distances: doubleTensor(lists(({ distances }) => distances), pairCount(classes)),
      scales: doubleTensor(rows.map(({ scale }) => scale)),
      ncc_correct: integerTensor(lists(({ nccCorrect }) => nccCorrect), classes),
      ncc_agree: integers(({ nccAgree }) => nccAgree),
      network_correct: integers(({ networkCorrect }) => networkCorrect),
      projected: doubleTensor(lists(({ projected }) => projected), triangle(classes)),
      published_variances: doubleTensor(lists(({ published }) => published.variances), classes),
      published_distances: singleTensor(lists(({ published }) => published.distances), pairCount(classes)),
      classifier_row: integerTensor(compared.map(({ row }) => row)),
      classifier_products: doubleTensor(compared.flatMap(({ products }) => Array.from(products)), classes ** 2),
      classifier_norms: doubleTensor(compared.flatMap(({ weightsNorm, meansNorm }) => [weightsNorm, meansNorm]), 2),
      rank_row: integerTensor(ranked.map(({ row }) => row)),
      effective_ranks: doubleTensor(ranked.flatMap(({ total, within }) => [total ?? 0, within ?? 0]), 2),
    },
    metadata: { format, identity: JSON.stringify(identity), classes: String(classes) },
  });
}

/**
 * Reads what {@linkcode writeStatistics} wrote.
 *
 * @throws {Error} naming the file, where it is damaged, of another format, or holds a value that cannot be
 */
export async function readStatistics(path: string): Promise<NetworkStatistics> {
  const file = await readSafetensors(path);
  if (file.metadata.format !== format) {
    throw new Error(`${path}: expected the format "${format}", found "${file.metadata.format ?? "none"}"`);
  }
  const classes = Number(file.metadata.classes);
  const table = new TensorRows(file, path, "epoch");
  const integers = (name: string) => table.column(name, "I32");
  const [epoch, layer, split] = [integers("epoch"), integers("layer"), integers("split")];
  const [nccAgree, networkCorrect] = [integers("ncc_agree"), integers("network_correct")];
  const counts = table.rows("counts", "I32", classes);
  const nccCorrect = table.rows("ncc_correct", "I32", classes);
  const variances = table.rows("variances", "F64", classes);
  const distances = table.rows("distances", "F64", pairCount(classes));
  const scales = table.column("scales", "F64");
  const projected = table.rows("projected", "F64", triangle(classes), -Infinity);
  const publishedVariances = table.rows("published_variances", "F64", classes);
  const publishedDistances = table.rows("published_distances", "F32", pairCount(classes));
  const classifiers = readClassifiers(file, path, classes);
  const ranks = readRanks(file, path);
  const rows = Array.from({ length: table.count }, (_, row): LayerStatistics => {
    const name = splits[split[row]!];
    if (name === undefined) throw new Error(`${path}: split ${split[row]}, expected 0 (train) or 1 (test)`);
    return {
      epoch: epoch[row]!,
      layer: layer[row]!,
      split: name,
      counts: counts(row),
      variances: variances(row),
      distances: distances(row),
      scale: scales[row]!,
      nccCorrect: nccCorrect(row),
      nccAgree: nccAgree[row]!,
      networkCorrect: networkCorrect[row]!,
      projected: projected(row),
      published: { variances: publishedVariances(row), distances: publishedDistances(row) },
      classifier: classifiers.get(row) ?? null,
      ranks: ranks.get(row) ?? null,
    };
  });
  return { identity: parseIdentity(file.metadata.identity, path), classes, rows };
}

/** By the row of the statistics that they belong to. */
function readClassifiers(file: TensorFile, path: string, classes: number): Map<number, ClassifierStatistics> {
  const table = new TensorRows(file, path, "classifier_row");
  const products = table.rows("classifier_products", "F64", classes ** 2, -Infinity);
  const norms = table.rows("classifier_norms", "F64", 2);
  return new Map(Array.from(table.column("classifier_row", "I32"), (row, index) => {
    return [row, { products: products(index), weightsNorm: norms(index)[0]!, meansNorm: norms(index)[1]! }];
  }));
}

/** By the row of the statistics that they belong to. */
function readRanks(file: TensorFile, path: string): Map<number, EffectiveRanks> {
  const table = new TensorRows(file, path, "rank_row");
  const ranks = table.rows("effective_ranks", "F64", 2);
  return new Map(Array.from(table.column("rank_row", "I32"), (row, index) => {
    const [total, within] = Array.from(ranks(index), (rank) => rank === 0 ? null : rank);
    return [row, { total: total!, within: within! }];
  }));
}

/** Elements on and above a diagonal. */
function triangle(classes: number): number {
  return classes * (classes + 1) / 2;
}

function parseIdentity(text: string | undefined, path: string): Record<string, number | string> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null) return value as Record<string, number | string>;
  } catch {
    // Said below.
  }
  throw new Error(`${path}: "identity" in the header is not a JSON object`);
}
