import { readTable, type Row } from "../../formats/table.ts";
import { Cells } from "./cells.ts";
import { type Identity, type Network, networkKey, networksOf } from "./network.ts";
import {
  type CdnvRow,
  cdnvRow,
  type CollapseRow,
  collapseRow,
  type CurveRow,
  curveRow,
  type DepthRow,
  depthRow,
  type HistoryRow,
  historyRow,
  type PairRow,
  pairRow,
  type ProbeRow,
  probeRow,
} from "./rows.ts";

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
  /** The effective depth over its threshold; may be empty. */
  readonly curve: readonly CurveRow[];
  /** NC1 to NC3; may be empty. */
  readonly collapse: readonly CollapseRow[];
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
  /** Of `depth_curve.csv`. */
  readonly curve: readonly Row[];
  /** Of `neural_collapse.csv`. */
  readonly collapse: readonly Row[];
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
  readonly pairs?: readonly string[];
  /** Tables as `depth_curve.csv`. */
  readonly curve?: readonly string[];
  /** Tables as `neural_collapse.csv`. */
  readonly collapse?: readonly string[];
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
  const pairs = await read(paths.pairs ?? [], pairRow);
  const curve = await read(paths.curve ?? [], curveRow);
  const collapse = await read(paths.collapse ?? [], collapseRow);
  const networks = networksOf([...history.rows, ...cdnv.rows, ...depth.rows, ...probe.rows]);
  const order = new Map(networks.map((network, index) => [networkKey(network), index]));
  const place = (row: Identity) => order.get(networkKey(row)) ?? order.size;
  // Figures must not depend on the order in which networks and seeds come.
  const ordered = <T extends Identity>(rows: readonly T[]) =>
    rows.toSorted((a, b) => place(a) - place(b) || a.seed - b.seed);
  return {
    study: {
      networks,
      history: ordered(history.rows),
      cdnv: ordered(cdnv.rows),
      depth: ordered(depth.rows),
      probe: ordered(probe.rows),
      pairs: ordered(pairs.rows),
      curve: ordered(curve.rows),
      collapse: ordered(collapse.rows),
    },
    tables: {
      history: history.raw,
      cdnv: cdnv.raw,
      depth: depth.raw,
      probe: probe.raw,
      pairs: pairs.raw,
      curve: curve.raw,
      collapse: collapse.raw,
    },
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
