import { depthText, depthVerdicts } from "../study/depth_verdict.ts";
import { type Markup, markup } from "../markup.ts";
import type { Identity } from "../study/network.ts";
import { labelOf } from "../study/series.ts";
import type { DepthRow } from "../study/rows.ts";
import type { Study } from "../study/study.ts";
import { accuracy, type Cell, type Column, data, significant, table } from "./table.ts";
import { interpolation, type LayerRow, layerRows, type SummaryRow, summaryRows } from "../study/summary.ts";

/** The networks at the end of their training: accuracies, the last layer's CDNV, effective and minimal depth. */
export function summaryTable(study: Study): Markup {
  const rows = summaryRows(study);
  const label = labelOf(study);
  const verdicts = depthVerdicts(study);
  const depths = (definition: DepthRow["definition"]) => (row: SummaryRow) => {
    const verdict = verdicts.find((entry) =>
      entry.network === label(identityOf(row)) && entry.seed === row.seed && entry.definition === definition
    );
    return data(`${depthText([verdict?.trained])} (${depthText([verdict?.untrained])})`);
  };
  const columns: readonly Column<SummaryRow>[] = [
    ["Network", (row) => markup`<th scope="row">${label(identityOf(row))}</th>`],
    ["Seed", (row) => data(row.seed)],
    ["Train\naccuracy", (row) => data(accuracy(row.train_accuracy))],
    ["Test\naccuracy", (row) => data(accuracy(row.test_accuracy))],
    ["Last layer’s\ntrain CDNV", (row) => data(significant(row.last_layer_cdnv))],
    ["before\ntraining", (row) => data(significant(row.last_layer_cdnv_untrained))],
    ["Last layer’s\ntest CDNV", (row) => data(significant(row.last_layer_test_cdnv))],
    ["Effective depth\nby CDNV", depths("cdnv")],
    ["Effective depth\nby NCC", depths("ncc")],
    ["Minimal\ndepth", (row) => data(row.minimal_depth ?? "none")],
  ];
  return markup`<p>${
    minimalDepthText(rows)
  } Effective depth is told by CDNV and by the errors of the nearest class center
(NCC); in brackets that of the untrained network.</p>
${table("Networks", null, columns, rows)}`;
}

/** Which network and seed a row of a table is about. */
function identityOf(row: SummaryRow | LayerRow): Identity {
  const { dataset, model, depth, width, seed, label_noise, variant } = row;
  return {
    dataset: String(dataset),
    model: String(model),
    depth: Number(depth),
    width: width === null ? null : Number(width),
    seed: Number(seed),
    labelNoise: Number(label_noise),
    variant: String(variant),
  };
}

function minimalDepthText(rows: readonly SummaryRow[]): string {
  const minimal = [...new Set(rows.map((row) => row.minimal_depth))];
  const threshold = `the train set (accuracy of at least ${interpolation})`;
  if (minimal.length > 1) return `The least depth that interpolates ${threshold} differs; see the last column.`;
  return minimal[0] === null || minimal[0] === undefined
    ? `No network interpolates ${threshold}.`
    : `The least depth here that interpolates ${threshold} is ${minimal[0]}.`;
}

const layerTableColumns: readonly Column<LayerRow>[] = [
  ["Layer", (row) => markup`<th scope="row">${row.layer}</th>`],
  ["Train\nCDNV", (row) => data(significant(row.cdnv_train))],
  ["Test\nCDNV", (row) => data(significant(row.cdnv_test))],
  ["CDNV over\nthreshold", (row) => ratio(row.cdnv_ratio)],
  ["NCC train\naccuracy", (row) => data(accuracy(row.ncc_train_accuracy))],
  ["NCC test\naccuracy", (row) => data(accuracy(row.ncc_test_accuracy))],
  ["NCC error over\nthreshold", (row) => ratio(row.ncc_ratio)],
  ["SGD probe,\ntrain", (row) => data(accuracy(row.probe_sgd_train_accuracy))],
  ["SGD probe,\ntest", (row) => data(accuracy(row.probe_sgd_test_accuracy))],
  ["Converged,\ntrain", (row) => data(accuracy(row.probe_converged_train_accuracy))],
  ["Converged,\ntest", (row) => data(accuracy(row.probe_converged_test_accuracy))],
  ["Ridge,\ntrain", (row) => data(accuracy(row.probe_ridge_train_accuracy))],
  ["Ridge,\ntest", (row) => data(accuracy(row.probe_ridge_test_accuracy))],
];

/** What collapse there is besides, each column with the quantity whose absence in all rows leaves it out. */
const collapseTableColumns: readonly (readonly [keyof LayerRow, string, ((value: Cell) => Cell)?])[] = [
  ["cdnv_corrected_train", "Corrected\ntrain CDNV"],
  ["cdnv_corrected_test", "Corrected\ntest CDNV"],
  ["degenerate_pairs_train", "Degenerate\npairs, train", (value) => value],
  ["degenerate_pairs_test", "Degenerate\npairs, test", (value) => value],
  ["nc1_train", "NC1,\ntrain"],
  ["nc1_test", "NC1,\ntest"],
  ["nc2_norm_variation_train", "NC2,\nnorms"],
  ["nc2_cosine_deviation_train", "NC2,\nangles"],
  ["nc2_etf_distance_train", "NC2,\nETF"],
  ["nc3_duality_distance_train", "NC3,\nduality"],
  ["ncc_train_agreement", "NC4,\ntrain", mismatch],
  ["ncc_test_agreement", "NC4,\ntest", mismatch],
];

/** The columns of which there is anything. */
function collapseColumns(rows: readonly LayerRow[]): Column<LayerRow>[] {
  const shown = collapseTableColumns.filter(([quantity]) => rows.some((row) => row[quantity] !== null));
  return [
    layerTableColumns[0]!,
    ...shown.map(([quantity, heading, text = significant]): Column<LayerRow> => [
      heading,
      (row) => data(text(row[quantity] ?? null)),
    ]),
  ];
}

function mismatch(agreement: Cell): string {
  return typeof agreement === "number" ? accuracy(1 - agreement) : "–";
}

const collapseCaption = "Neural collapse; zero at full collapse.";

/** Two tables a network and seed: everything measured on each layer after the last measured epoch. */
export function layersTables(study: Study): Markup {
  const label = labelOf(study);
  const verdicts = depthVerdicts(study);
  const rows = layerRows(study);
  const seeded = study.networks.some(({ seeds }) => seeds.length > 1);
  const tables = study.networks.flatMap((network) =>
    network.seeds.map((seed) => {
      const own = rows.filter((row) => row.seed === seed && label(identityOf(row)) === network.label);
      const verdict = (definition: DepthRow["definition"]) => {
        const { trained, threshold } = verdicts.find((entry) =>
          entry.network === network.label && entry.seed === seed && entry.definition === definition
        )!;
        return `${depthText([trained])} by ${definition.toUpperCase()} (threshold ${significant(threshold)})`;
      };
      const name = seeded ? `${network.label}, seed ${seed}` : network.label;
      const caption = `Effective depth: ${verdict("cdnv")}, ${verdict("ncc")}. ${measuredText(own)}`;
      return markup`<details open>
<summary>${name}</summary>
${table(`Layers of ${name}`, caption, layerTableColumns, own)}
${table(`Neural collapse of the layers of ${name}`, collapseCaption, collapseColumns(own), own)}
</details>
`;
    })
  );
  return markup`<p>“Over threshold” is the value divided by the threshold of the effective depth: a multiple of the last
layer’s CDNV, and the network’s train error and a margin. At most 1 is shown on a tint; a layer is collapsed where that
holds for it and all layers above. A dash was not or could not be measured. Probes are trained by a
little SGD, to convergence, or solved by ridge regression.</p>
<p>The second table of a network has the parts of neural collapse: CDNV corrected for how few images a class has;
degenerate pairs of classes, whose means coincide or of which one is missing; NC1, the spread within classes over that
between them; NC2 on the train set, how far the class means are from equal norms, from equal angles, and from a simplex
equiangular tight frame; NC3, how far the classifier’s weights are from the class means; and NC4, the share of images
whose nearest class mean is not what the network says. All are zero at full collapse; docs/numerics.md has the
formulas.</p>
${tables}`;
}

function measuredText(rows: readonly LayerRow[]): string {
  const [epoch, probe] = [rows[0]?.epoch, rows[0]?.probe_epoch];
  const probed = probe === null || probe === undefined || probe === epoch ? "" : `, probes after epoch ${probe}`;
  const pooled = rows.filter((row) => row.probe_form === "pooled").map(({ layer }) => layer).join(", ");
  const form = pooled === "" ? "" : ` Converged and ridge probes see the mean over the image of layer ${pooled}.`;
  return epoch === undefined
    ? "Not measured."
    : `Measured after epoch ${epoch}${probed}.${form}${missingText(rows[0]!)}`;
}

/** Of which classes there are no images; the same for all layers of a network. */
function missingText({ missing_classes_train: train, missing_classes_test: test }: LayerRow): string {
  const sets = ([["train", train], ["test", test]] as const)
    .flatMap(([set, count]) => Number(count) === 0 ? [] : [`${count} of the ${set} set`]);
  return sets.length === 0 ? "" : ` Classes without images: ${sets.join(", ")}.`;
}

function ratio(value: Cell): Markup {
  const collapsed = typeof value === "number" && value <= 1;
  return collapsed ? markup`<td class="below">${significant(value)}</td>` : data(significant(value));
}
