import { type Markup, markup } from "../markup.ts";
import { accuracy, type Column, data, significant, table } from "../report/table.ts";
import { confidence } from "../study/intervals.ts";
import { datasetName, modelName, seedsText } from "../study/network.ts";
import { type EndedNetwork, endedNetworks, estimateOf, type Quantity } from "./ended_network.ts";
import type { NamedStudy } from "./named_study.ts";
import { estimateText } from "./shown_estimate.ts";

/** A network, and whether it is the first of its study. */
interface Row extends EndedNetwork {
  /** How many rows the study has, where this is its first; else 0. */
  readonly rows: number;
  readonly profile: string | undefined;
}

/** The networks of all studies at the end of their training: what they are, and means over seeds with intervals. */
export function comparedNetworksTable(studies: readonly NamedStudy[]): Markup {
  const rows = studies.flatMap((named) =>
    endedNetworks(named).map((network, index, { length }): Row => ({
      ...network,
      rows: index === 0 ? length : 0,
      profile: named.profile,
    }))
  );
  const columns: readonly Column<Row>[] = [
    ["Study", studyCell],
    ["Network", ({ network }) => markup`<th scope="row">${network.label}</th>`],
    [
      "Data set\nand model",
      ({ network }) => markup`<td>${datasetName(network.dataset)}<br>${modelText(network)}</td>`,
    ],
    ["Seeds", ({ network }) => data(seedsText(network.seeds).replace(/^seeds? /, ""))],
    ["Epochs", ({ epochs }) => data(epochs ?? "–")],
    ["Effective depth\nby CDNV", estimate("effective_depth_cdnv", significant)],
    ["Effective depth\nby NCC", estimate("effective_depth_ncc", significant)],
    ["Train\naccuracy", estimate("train_accuracy", accuracy)],
    ["Test\naccuracy", estimate("test_accuracy", accuracy)],
    ["Last layer’s\ntrain CDNV", estimate("last_layer_cdnv", significant)],
    ["Last layer’s\ntest CDNV", estimate("last_layer_test_cdnv", significant)],
  ];
  const lacking = studies.filter(({ lacking }) => lacking.length > 0);
  return markup`<p>Means over seeds after the last epoch, geometric for CDNV; in brackets Student’s ${
    100 * confidence
  } % intervals (on log10 for CDNV), which one seed does not have. A dash was not measured, or has no value in a seed;
“none in 1” says that in one seed no layer meets the definition.</p>
${lacking.map(({ name, lacking }) => markup`<p>${name} has no table ${lacking.join(", ")}.</p>\n`)}${
    table("Networks of all studies", null, columns, rows)
  }`;
}

function studyCell({ study, rows, profile }: Row): Markup {
  if (rows === 0) return markup``;
  return markup`<th scope="rowgroup" rowspan="${rows}">${study}${
    profile === undefined ? null : markup`<br><span class="faint">${profile}</span>`
  }</th>`;
}

function modelText({ model, width, variant }: EndedNetwork["network"]): string {
  const size = width === null ? [] : [`width ${width}`];
  return [modelName(model), ...size, ...variant === "" ? [] : [variant]].join(", ");
}

function estimate(quantity: Quantity, shown: (value: number) => string): (row: Row) => Markup {
  return (row) => {
    const seeds = row.none[quantity] ?? 0;
    if (seeds > 0) return data(row.values[quantity].length === 1 ? "none" : `none in ${seeds}`);
    const [mean, interval] = estimateText(estimateOf(row, quantity), shown).split(" [");
    return markup`<td>${mean ?? null}${interval === undefined ? null : markup`<br>[${interval}`}</td>`;
  };
}
