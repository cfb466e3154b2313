import type { Row } from "../../formats/table.ts";
import { type Markup, markup } from "../markup.ts";
import { intervalSeeds } from "../study/seeds.ts";
import { confidence } from "../study/intervals.ts";
import { networkCells, networkColumns } from "../study/network.ts";
import { comparisonRows, intervalRows } from "../study/seed_tables.ts";
import type { Study } from "../study/study.ts";
import type { ReportSection } from "./page.ts";
import { accuracy, type Cell, type Column, data, significant, table } from "./table.ts";

/** Quantities in the order of the columns: name, heading, and how a number is written. */
const quantities: readonly (readonly [name: string, heading: string, text: (value: Cell) => string])[] = [
  ["train_accuracy", "Train\naccuracy", accuracy],
  ["test_accuracy", "Test\naccuracy", accuracy],
  ["effective_depth_cdnv", "Effective depth\nby CDNV", significant],
  ["effective_depth_ncc", "Effective depth\nby NCC", significant],
  ["cdnv", "CDNV", significant],
  ["ncc_accuracy", "NCC\naccuracy", accuracy],
  ["nc1", "NC1", significant],
  ["nc2_norm_variation", "NC2: variation\nof norms", significant],
  ["nc2_cosine_deviation", "NC2: deviation\nof cosines", significant],
  ["nc2_etf_distance", "NC2: distance\nto the ETF", significant],
  ["nc3_duality_distance", "NC3: distance\nto the dual", significant],
  ["nc3_etf_distance", "NC3: distance\nto the ETF", significant],
  ["probe_sgd_accuracy", "Probe by\nSGD", accuracy],
  ["probe_converged_accuracy", "Converged\nprobe", accuracy],
  ["probe_ridge_accuracy", "Ridge\nregression", accuracy],
];

/** What is known over seeds, with Student's intervals: means, and paired comparisons; none of a study of one seed. */
export function seedsSection(study: Study): ReportSection[] {
  const [intervals, comparisons] = [intervalRows(study), comparisonRows(study)];
  if (intervals.length === 0) return [];
  const isWhole = (row: Row) => row.layer === null;
  const label = (row: Row) => labelIn(study, row);
  const ofNetworks = ofAll(comparisons.filter(isWhole), (row) => {
    return `${label(row)} against ${label(otherOf(row))}`;
  });
  const content = markup`<p>Means over seeds, and in brackets Student’s ${
    100 * confidence
  } % interval of the mean: of CDNV
and NC1 on their logarithms, of all else as it is. How wide an interval of fewer than ${intervalSeeds} seeds is says no
more than that these are too few.</p>
${
    table(
      "Networks over seeds",
      null,
      columnsOf("Network", intervals.filter(isWhole), false),
      ofAll(intervals.filter(isWhole), label),
    )
  }
<p>Comparisons are paired: what a seed does to both cancels. Of CDNV and NC1 they are ratios, the first over the second,
of all else differences. On a tint are those whose interval leaves out 1 or 0, so that the two can be told apart; among
twenty intervals of equals one does so by chance.</p>
${
    ofNetworks.length === 0
      ? null
      : table("Networks compared", null, columnsOf("Networks", comparisons.filter(isWhole), true), ofNetworks)
  }
${
    study.networks.filter(({ seeds }) => seeds.length > 1).map((network) => {
      const isOwn = (row: Row) => !isWhole(row) && label(row) === network.label;
      const [means, pairs] = [intervals.filter(isOwn), comparisons.filter(isOwn)];
      return markup`<details>
<summary>${network.label}: layers over ${network.seeds.length} seeds</summary>
${
        table(
          `Layers of ${network.label} over seeds`,
          null,
          columnsOf("Layer", means, false),
          ofAll(means, (row) => `${row.layer}, ${row.split}`),
        )
      }
${
        pairs.length === 0 ? null : table(
          `Layers of ${network.label} compared`,
          null,
          columnsOf("Layers", pairs, true),
          ofAll(pairs, (row) => {
            const other = label(otherOf(row));
            return `${row.layer} against ${row.other_layer}${
              other === network.label ? "" : ` of ${other}`
            }, ${row.split}`;
          }),
        )
      }
</details>
`;
    })
  }`;
  return [{ id: "seeds", heading: "Seeds: means and paired comparisons", content }];
}

/** One line of a table: its heading, and what is known of each quantity. */
interface Line {
  readonly heading: string;
  readonly cells: ReadonlyMap<Cell, Row>;
}

/** A line for each heading, in their order of appearance. */
function ofAll(rows: readonly Row[], heading: (row: Row) => string): Line[] {
  return [...Map.groupBy(rows, heading)].map(([heading, own]) => ({
    heading,
    cells: new Map(own.map((row) => [row.quantity!, row])),
  }));
}

/** A column for each quantity that the rows have. */
function columnsOf(first: string, rows: readonly Row[], compared: boolean): Column<Line>[] {
  const found = new Set(rows.map(({ quantity }) => quantity));
  return [
    [first, ({ heading }) => markup`<th scope="row">${heading}</th>`],
    ...quantities.filter(([name]) => found.has(name)).map(([name, heading, text]): Column<Line> => [
      heading,
      ({ cells }) => cellOf(cells.get(name), text, compared),
    ]),
  ];
}

function cellOf(row: Row | undefined, text: (value: Cell) => string, compared: boolean): Markup {
  if (row === undefined || row.estimate === null) return data("–");
  const signed = (value: Cell) => text(value).replace(/^-/, "−");
  const written = `${signed(row.estimate!)} [${signed(row.low!)}, ${signed(row.high!)}]`;
  const equal = row.scale === "ratio" ? 1 : 0;
  const apart = compared && (Number(row.low) > equal || Number(row.high) < equal);
  return apart ? markup`<td class="below">${written}</td>` : data(written);
}

/** Which network a comparison's second one is. */
function otherOf(row: Row): Row {
  return { ...row, depth: row.other_depth!, label_noise: row.other_label_noise! };
}

function labelIn(study: Study, row: Row): string {
  const network = study.networks.find((network) => {
    const cells = networkCells(network);
    return networkColumns.every((column) => cells[column] === row[column]);
  });
  return network!.label;
}
