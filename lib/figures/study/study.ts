import { readTable, type Row } from "../../formats/table.ts";
import { Cells } from "./cells.ts";
import { type Identity, type Network, networkKey, networksOf } from "./network.ts";

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
  /** The share of images whose nearest class mean is of their own class, 0 to 1. */
  readonly nccAccuracy: number | null;
  /** How many classes there are. */
  readonly classes: number;
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

/** A row of `probe.csv`: how well a linear classifier on one layer does. */
export interface ProbeRow extends Identity {
  /** Epochs of training before the snapshot. */
  readonly epoch: number;
  /** Counted from 1. */
  readonly layer: number;
  /** Trained by a little SGD, or until it no longer improves; or solved by ridge regression. */
  readonly kind: "sgd" | "converged" | "ridge";
  /** Accuracy on the whole train set, 0 to 1. */
  readonly trainAccuracy: number | null;
  /** Accuracy on the whole test set, 0 to 1. */
  readonly testAccuracy: number | null;
}

/** All tables of a study, of all its networks. */
export interface Study {
  /** All networks that the tables name. */
  readonly networks: readonly Network[];
  /** Accuracies and losses. */
  readonly history: readonly HistoryRow[];
  /** CDNV of each layer. */
  readonly cdnv: readonly CdnvRow[];
  /** Effective depths; may be empty. */
  readonly depth: readonly DepthRow[];
  /** Linear probes; may be empty. */
  readonly probe: readonly ProbeRow[];
  /** Pairs of classes; may be empty. */
  readonly pairs: readonly PairRow[];
}

/** The tables as they were read, column by column, to be merged and passed on unchanged. */
export interface RawTables {
  /** Of `history.csv`. */
  readonly history: readonly Row[];
  /** Of `cdnv.csv`. */
  readonly cdnv: readonly Row[];
  /** Of `effective_depth.csv`. */
  readonly depth: readonly Row[];
  /** Of `probe.csv`. */
  readonly probe: readonly Row[];
  /** Of `class_pairs.csv`. */
  readonly pairs: readonly Row[];
}

/** Paths of the CSV files, one or more a kind. */
export interface TablePaths {
  /** Tables as `history.csv`. */
  readonly history: readonly string[];
  /** Tables as `cdnv.csv`. */
  readonly cdnv: readonly string[];
  /** Tables as `effective_depth.csv`. */
  readonly depth: readonly string[];
  /** Tables as `probe.csv`. */
  readonly probe: readonly string[];
  /** Tables as `class_pairs.csv`. */
  readonly pairs: readonly string[];
}

/**
 * Reads the tables of a study.
 *
 * @throws Error naming the file, row and column where a column is missing, a cell is of the wrong kind, or a file holds no
 * row, and naming both files where two are about the same network and seed
 */
export async function readStudy(paths: TablePaths): Promise<{ study: Study; tables: RawTables }> {
  const read = async <T extends Identity>(
    list: readonly string[],
    decode: (cells: Cells) => T,
  ): Promise<{ raw: Row[]; rows: T[] }> => {
    const raw: Row[] = [];
    const rows: T[] = [];
    const sources = new Map<string, string>();
    for (const path of list) {
      const table = await readTable(path);
      if (table.length === 0) throw new Error(`${path} holds no rows; run the stage that writes it again`);
      const own = table.map((row, index) => decode(new Cells(row, `${path}, row ${index + 1}`)));
      claim(sources, path, own);
      rows.push(...own);
      raw.push(...table);
    }
    return { raw, rows };
  };
  const history = await read(paths.history, historyRow);
  const cdnv = await read(paths.cdnv, cdnvRow);
  const depth = await read(paths.depth, depthRow);
  const probe = await read(paths.probe, probeRow);
  const pairs = await read(paths.pairs, pairRow);
  return {
    study: {
      networks: networksOf([...history.rows, ...cdnv.rows, ...depth.rows, ...probe.rows]),
      history: history.rows,
      cdnv: cdnv.rows,
      depth: depth.rows,
      probe: probe.rows,
      pairs: pairs.rows,
    },
    tables: { history: history.raw, cdnv: cdnv.raw, depth: depth.raw, probe: probe.raw, pairs: pairs.raw },
  };
}

/** Two runs with one name (they differ in the learning rate, say) must not be taken for one, or for seeds of one. */
function claim(sources: Map<string, string>, path: string, rows: readonly Identity[]): void {
  for (
    const [key, { dataset, model, depth, seed }] of new Map(rows.map((row) => [`${networkKey(row)} ${row.seed}`, row]))
  ) {
    const other = sources.get(key);
    if (other !== undefined) {
      throw new Error(
        `${other} and ${path} are both about ${model} of depth ${depth} on ${dataset}, seed ${seed}, and could not be ` +
          "told apart in a figure; plot them in stages of their own",
      );
    }
    sources.set(key, path);
  }
}

function identity(cells: Cells): Identity {
  return {
    dataset: cells.text("dataset"),
    model: cells.text("model"),
    depth: cells.number("depth"),
    width: cells.optional("width"),
    seed: cells.number("seed"),
    labelNoise: cells.numberOr("label_noise", 0),
  };
}

function historyRow(cells: Cells): HistoryRow {
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

function cdnvRow(cells: Cells): CdnvRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    split: cells.oneOf("split", ["train", "test"]),
    cdnv: cells.optional("cdnv"),
    nccAccuracy: cells.optional("ncc_accuracy"),
    classes: cells.number("classes"),
  };
}

function pairRow(cells: Cells): PairRow {
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

function depthRow(cells: Cells): DepthRow {
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

function probeRow(cells: Cells): ProbeRow {
  return {
    ...identity(cells),
    epoch: cells.number("epoch"),
    layer: cells.number("layer"),
    kind: cells.oneOf("kind", ["sgd", "converged", "ridge"]),
    trainAccuracy: cells.optional("train_accuracy"),
    testAccuracy: cells.optional("test_accuracy"),
  };
}
