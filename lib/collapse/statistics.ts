import { readSafetensors, type StoredTensor, tensorNamed, writeSafetensors } from "../formats/safetensors.ts";
import { type ClassStatistics, pairCount } from "./class_statistics.ts";

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
}

/** The statistics of a network over training: everything the tables of collapse are made of. */
export interface NetworkStatistics {
  /** The identity columns of every table: dataset, model, depth, width, seed. */
  readonly identity: Readonly<Record<string, number | string>>;
  /** Number of classes C. */
  readonly classes: number;
  /** By epoch, layer, and train before test. */
  readonly rows: readonly LayerStatistics[];
}

const format = "mindepth statistics 1";
const splits: readonly SplitName[] = ["train", "test"];

/**
 * Writes statistics as a safetensors file, a row of each tensor a layer, epoch and set: `epoch`, `layer`, `split` (0 train,
 * 1 test), `counts`, `variances`, `distances`, `scales`, `ncc_correct`, `ncc_agree`, `network_correct`.
 */
export async function writeStatistics(path: string, { identity, classes, rows }: NetworkStatistics): Promise<void> {
  const shape = [rows.length];
  const integers = (value: (row: LayerStatistics) => number): StoredTensor => {
    return { dtype: "I32", shape, data: Int32Array.from(rows, value) };
  };
  const integerRows = (value: (row: LayerStatistics) => ArrayLike<number>): StoredTensor => {
    return {
      dtype: "I32",
      shape: [...shape, classes],
      data: Int32Array.from(rows.flatMap((row) => Array.from(value(row)))),
    };
  };
  const doubleRows = (width: number, value: (row: LayerStatistics) => ArrayLike<number>): StoredTensor => {
    return {
      dtype: "F64",
      shape: [...shape, width],
      data: Float64Array.from(rows.flatMap((row) => Array.from(value(row)))),
    };
  };
  await writeSafetensors(path, {
    tensors: {
      epoch: integers(({ epoch }) => epoch),
      layer: integers(({ layer }) => layer),
      split: integers(({ split }) => splits.indexOf(split)),
      counts: integerRows(({ counts }) => counts),
      variances: doubleRows(classes, ({ variances }) => variances),
      distances: doubleRows(pairCount(classes), ({ distances }) => distances),
      scales: { dtype: "F64", shape, data: Float64Array.from(rows, ({ scale }) => scale) },
      ncc_correct: integerRows(({ nccCorrect }) => nccCorrect),
      ncc_agree: integers(({ nccAgree }) => nccAgree),
      network_correct: integers(({ networkCorrect }) => networkCorrect),
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
  const count = tensorNamed(file, "epoch", "I32", path).data.length;
  const checked = <T extends Int32Array | Float64Array>(
    name: string,
    tensor: { shape: readonly number[]; data: T },
    width?: number,
  ) => {
    const expected = width === undefined ? [count] : [count, width];
    if (tensor.shape.join() !== expected.join()) {
      throw new Error(
        `${path}: tensor "${name}" of shape [${tensor.shape.join(", ")}], expected [${expected.join(", ")}]`,
      );
    }
    if (!tensor.data.every((value) => value >= 0 && value < Infinity)) {
      throw new Error(`${path}: tensor "${name}" holds a value that is negative or not finite`);
    }
    return tensor.data;
  };
  const integers = (name: string, width?: number) => checked(name, tensorNamed(file, name, "I32", path), width);
  const doubles = (name: string, width?: number) => checked(name, tensorNamed(file, name, "F64", path), width);
  const [epoch, layer, split] = [integers("epoch"), integers("layer"), integers("split")];
  const [counts, nccCorrect] = [integers("counts", classes), integers("ncc_correct", classes)];
  const [nccAgree, networkCorrect] = [integers("ncc_agree"), integers("network_correct")];
  const pairs = pairCount(classes);
  const [variances, distances, scales] = [
    doubles("variances", classes),
    doubles("distances", pairs),
    doubles("scales"),
  ];
  const rows = Array.from({ length: count }, (_, row): LayerStatistics => {
    const name = splits[split[row]!];
    if (name === undefined) throw new Error(`${path}: split ${split[row]}, expected 0 (train) or 1 (test)`);
    return {
      epoch: epoch[row]!,
      layer: layer[row]!,
      split: name,
      counts: counts.subarray(row * classes, (row + 1) * classes),
      variances: variances.subarray(row * classes, (row + 1) * classes),
      distances: distances.subarray(row * pairs, (row + 1) * pairs),
      scale: scales[row]!,
      nccCorrect: nccCorrect.subarray(row * classes, (row + 1) * classes),
      nccAgree: nccAgree[row]!,
      networkCorrect: networkCorrect[row]!,
    };
  });
  return { identity: parseIdentity(file.metadata.identity, path), classes, rows };
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
