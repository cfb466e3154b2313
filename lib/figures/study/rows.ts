import type { Cells } from "./cells.ts";
import type { Identity } from "./network.ts";

/** A row of `history.csv`: how well the network did after so many epochs; epoch 0 is before training. */
export interface HistoryRow extends Identity {
  /** Epochs of training so far. */
  readonly epoch: number;
  /** The learning rate of that epoch; null at epoch 0. */
  readonly learningRate: number | null;
  /** Accuracy on the whole train set in evaluation mode, 0 to 1. */
  readonly trainAccuracy: number | null;
  /** Accuracy on the whole test set in evaluation mode, 0 to 1. */
  readonly testAccuracy: number | null;
  /** Mean cross-entropy on the whole train set in evaluation mode. */
  readonly trainLoss: number | null;
  /** Mean cross-entropy on the whole test set in evaluation mode. */
  readonly testLoss: number | null;
}

/** A row of `cdnv.csv`: one layer's class-distance normalized variance and nearest-class-center accuracy. */
export interface CdnvRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Counted from 1, the layer nearest to the input. */
  readonly layer: number;
  /** The set that was measured. */
  readonly split: "train" | "test";
  /** Null where it could not be measured: a class is missing or two class means coincide. */
  readonly cdnv: number | null;
  /** Without what so many images a class add to it; null where it could not be corrected. */
  readonly corrected: number | null;
  /** Pairs of classes of which none could be measured. */
  readonly degeneratePairs: number;
  /** The share of images whose nearest class mean is of their own class, 0 to 1. */
  readonly nccAccuracy: number | null;
  /** The share of images whose nearest class mean is of the class that the network says, 0 to 1. */
  readonly nccAgreement: number | null;
  /** How many classes there are. */
  readonly classes: number;
  /** How many of them have no image in the set. */
  readonly missingClasses: number;
  /** How many images were measured. */
  readonly examples: number;
}

/** A row of `class_pairs.csv`: two classes in the features of a layer on the train set. */
export interface PairRow extends Identity {
  /** Epochs of training before the snapshot: zero, or the last. */
  readonly epoch: number;
  /** Counted from 1. */
  readonly layer: number;
  /** The lesser of the two, counted from 0. */
  readonly class: number;
  /** The greater of the two. */
  readonly otherClass: number;
  /** Their share in CDNV; null where it could not be measured. */
  readonly cdnv: number | null;
  /** The cosine between their centred means; null where it could not be measured. */
  readonly cosine: number | null;
}

/** A row of `effective_depth.csv`: a layer's value over the threshold of one definition of the effective depth. */
export interface DepthRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Which of the two definitions of the effective depth. */
  readonly definition: "cdnv" | "ncc";
  /** Counted from 1. */
  readonly layer: number;
  /** The CDNV or the NCC error of the layer on the train set. */
  readonly value: number | null;
  /** What the value must not exceed. */
  readonly threshold: number | null;
  /** Value over threshold. */
  readonly ratio: number | null;
  /** The verdict, the same for all layers; null where no layer meets the definition. */
  readonly effectiveDepth: number | null;
}

/** A row of `depth_curve.csv`: the effective depth at one threshold of a definition. */
export interface CurveRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Which of the two definitions of the effective depth. */
  readonly definition: "cdnv" | "ncc";
  /** By CDNV a multiple of the last layer's, by NCC a margin on the network's train error. */
  readonly threshold: number;
  /** The verdict; null where no layer meets the definition. */
  readonly effectiveDepth: number | null;
}

/** A row of `neural_collapse.csv`: NC1 to NC3 of one layer; `docs/numerics.md` says what each is. */
export interface CollapseRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Counted from 1. */
  readonly layer: number;
  /** The set that was measured. */
  readonly split: "train" | "test";
  /** Of each of {@linkcode collapseQuantities}; null where it could not be measured, or the layer has none. */
  readonly values: Readonly<Record<typeof collapseQuantities[number], number | null>>;
}

/** The columns of `neural_collapse.csv` that are summed up over seeds. */
export const collapseQuantities = [
  "nc1",
  "nc2_norm_variation",
  "nc2_cosine_deviation",
  "nc2_etf_distance",
  "nc3_duality_distance",
  "nc3_etf_distance",
] as const;

/** A row of `probe.csv`: how well a linear classifier on one layer does. */
export interface ProbeRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Counted from 1. */
  readonly layer: number;
  /** Trained by a little SGD, or until it no longer improves; or solved by ridge regression. */
  readonly kind: "sgd" | "converged" | "ridge";
  /** The layer's features as they are, or the mean of each channel over the image. */
  readonly form: "flattened" | "pooled";
  /** Accuracy on the whole train set, 0 to 1. */
  readonly trainAccuracy: number | null;
  /** Accuracy on the whole test set, 0 to 1. */
  readonly testAccuracy: number | null;
}

function identity(cells: Cells): Identity {
  return {
    dataset: cells.text("dataset"),
    model: cells.text("model"),
    depth: cells.number("depth"),
    width: cells.optional("width"),
    seed: cells.number("seed"),
    labelNoise: cells.numberOr("label_noise", 0),
    variant: cells.textOr("variant", ""),
  };
}

/**
 * Reads a row of `history.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function historyRow(cells: Cells): HistoryRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    learningRate: cells.optional("learning_rate"),
    trainAccuracy: cells.optional("train_accuracy"),
    testAccuracy: cells.optional("test_accuracy"),
    trainLoss: cells.optional("train_evaluation_loss"),
    testLoss: cells.optional("test_loss"),
  };
}

/**
 * Reads a row of `cdnv.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function cdnvRow(cells: Cells): CdnvRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    split: cells.oneOf("split", ["train", "test"]),
    cdnv: cells.optional("cdnv"),
    corrected: cells.optional("cdnv_corrected"),
    degeneratePairs: cells.number("degenerate_pairs"),
    nccAccuracy: cells.optional("ncc_accuracy"),
    nccAgreement: cells.optional("ncc_agreement"),
    classes: cells.number("classes"),
    missingClasses: cells.numberOr("missing_classes", 0),
    examples: cells.number("examples"),
  };
}

/**
 * Reads a row of `class_pairs.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function pairRow(cells: Cells): PairRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    class: cells.number("class"),
    otherClass: cells.number("other_class"),
    cdnv: cells.optional("pair_cdnv"),
    cosine: cells.optional("pair_cosine"),
  };
}

/**
 * Reads a row of `effective_depth.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function depthRow(cells: Cells): DepthRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    definition: cells.oneOf("definition", ["cdnv", "ncc"]),
    layer: cells.number("layer"),
    value: cells.optional("value"),
    threshold: cells.optional("threshold"),
    ratio: cells.optional("ratio"),
    effectiveDepth: cells.optional("effective_depth"),
  };
}

/**
 * Reads a row of `probe.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function probeRow(cells: Cells): ProbeRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    kind: cells.oneOf("kind", ["sgd", "converged", "ridge"]),
    form: cells.oneOfOr("form", ["flattened", "pooled"], "flattened"),
    trainAccuracy: cells.optional("train_accuracy"),
    testAccuracy: cells.optional("test_accuracy"),
  };
}

/**
 * Reads a row of `depth_curve.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function curveRow(cells: Cells): CurveRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    definition: cells.oneOf("definition", ["cdnv", "ncc"]),
    threshold: cells.number("threshold"),
    effectiveDepth: cells.optional("effective_depth"),
  };
}

/**
 * Reads a row of `neural_collapse.csv`.
 *
 * @throws Error naming file, row and column where a cell is of the wrong kind
 */
export function collapseRow(cells: Cells): CollapseRow {
  const values = collapseQuantities.map((column) => [column, cells.optional(column)] as const);
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    split: cells.oneOf("split", ["train", "test"]),
    values: Object.fromEntries(values) as CollapseRow["values"],
  };
}
