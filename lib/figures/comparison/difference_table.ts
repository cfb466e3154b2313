import { type Markup, markup } from "../markup.ts";
import { type Column, data, table } from "../report/table.ts";
import { seedsText } from "../study/network.ts";
import { differences, differencesOf, type StudyPair } from "./difference_rows.ts";
import type { PairedNetwork } from "./paired_networks.ts";
import { estimateText } from "./shown_estimate.ts";

interface Row extends PairedNetwork {
  /** How many rows the pair of studies has, where this is its first; else 0. */
  readonly rows: number;
  readonly pair: StudyPair;
}

/** The numbers of the figure of paired differences, and what the networks differ in besides the study. */
export function differenceTable(pairs: readonly StudyPair[]): Markup {
  const rows = pairs.flatMap((pair) =>
    pair.networks.map((paired, index, { length }): Row => ({ ...paired, pair, rows: index === 0 ? length : 0 }))
  );
  const columns: readonly Column<Row>[] = [
    [
      "Studies",
      ({ rows, pair }) =>
        rows === 0
          ? markup``
          : markup`<th scope="rowgroup" rowspan="${rows}">${pair.second}<br>against ${pair.first}</th>`,
    ],
    ["Network", ({ first }) => markup`<th scope="row">${first.network.label}</th>`],
    ["Seeds\nof both", ({ seeds }) => data(seedsText(seeds).replace(/^seeds? /, ""))],
    ...differences.map(([, title], column): Column<Row> => [
      title.replace(", ", "\n"),
      (row) => data(estimateText(differencesOf(row)[column]!)),
    ]),
    ["Differ\nbesides in", ({ differs }) => data(differs.join("; ") || "nothing")],
  ];
  return table("Paired differences", null, columns, rows);
}
