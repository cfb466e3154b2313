import { caption, type FigureOptions } from "./caption.ts";
import { faintColor, strongColor } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { columnWidth, layerEncoding } from "./panels/panel_axes.ts";
import { groupBy, rounded } from "./study/seeds.ts";
import { hasBands, labelOf, lastPairEpochs, layersOf, type Point } from "./study/series.ts";
import type { PairRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const panelsInRow = 4;
const stages = ["after training", "untrained"] as const;

/**
 * The angles between the classes: of each layer the cosines between the centred class means on the train set, mean and range
 * over all pairs, after training and before, a column a network. In a simplex equiangular tight frame, which neural collapse
 * ends in (NC2 of Papyan, Han and Donoho, arXiv 2008.08186), all are -1 / (C - 1): the dashed line.
 *
 * @throws Error where the study has no pairs of classes
 */
export function classMeans(study: Study, options: FigureOptions = {}): Figure {
  const points = cosinePoints(study);
  if (points.length === 0) throw new Error("The tables hold no pairs of classes, which this figure shows");
  return {
    $schema: grammar,
    description:
      "Charts, one a network: of each layer the mean and the range over all pairs of classes of the cosine between " +
      "the centred class means on the train set, after training and before, with a line where all would be at the largest " +
      `angles. Networks: ${study.networks.map(({ label }) => label).join("; ")}.`,
    title: caption(study, "Angles between the class means of each layer", options, [
      "points: mean over pairs of classes, bars: least to greatest",
      "dashed line: −1 / (C − 1), where the means form a simplex equiangular tight frame",
      hasBands(study) && "over the pairs of all seeds",
    ]),
    config: themes.light,
    datasets: { cosines: points },
    concat: study.networks.map(({ label }, index) =>
      panel({
        network: label,
        layers: layersOf(points, label),
        ideal: idealOf(study, label),
        width: columnWidth(Math.min(panelsInRow, study.networks.length), 24),
        first: index % panelsInRow === 0,
        legend: index === Math.min(panelsInRow, study.networks.length) - 1,
      })
    ),
    columns: Math.min(panelsInRow, study.networks.length),
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent" } },
  };
}

function cosinePoints(study: Study): Point[] {
  const label = labelOf(study);
  const last = lastPairEpochs(study);
  return groupBy(study.pairs, (row) => JSON.stringify([label(row), row.layer, row.epoch])).flatMap((group) => {
    const [row] = group as [PairRow];
    const cosines = group.map(({ cosine }) => cosine).filter((cosine) => cosine !== null);
    if (cosines.length === 0) return [];
    const after = row.epoch === last.get(label(row));
    return [{
      network: label(row),
      epoch: row.epoch,
      stage: stages[after ? 0 : 1],
      layer: row.layer,
      // Beside each other, so that the bars of both are seen.
      place: row.layer + (after ? -0.12 : 0.12),
      mean: rounded(cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length),
      least: rounded(Math.min(...cosines)),
      greatest: rounded(Math.max(...cosines)),
    }];
  });
}

/** -1 / (C - 1). */
function idealOf(study: Study, network: string): number {
  const label = labelOf(study);
  const classes = study.cdnv.find((row) => label(row) === network)!.classes;
  return -1 / (classes - 1);
}

interface CosinePanel {
  readonly network: string;
  readonly layers: readonly number[];
  /** The cosine of all pairs at the largest angles. */
  readonly ideal: number;
  readonly width: number;
  /** Whether the panel stands first in its row and bears the axis' title. */
  readonly first: boolean;
  readonly legend: boolean;
}

function panel({ network, layers, ideal, width, first, legend }: CosinePanel): Part {
  const x = { ...layerEncoding(layers), field: "place" };
  const y = {
    field: "mean",
    type: "quantitative",
    title: first ? "Cosine between class means" : "",
    scale: { domain: [-1, 1], nice: false },
    axis: { tickCount: 5 },
  };
  const color = {
    field: "stage",
    type: "nominal",
    scale: { domain: stages, range: [strongColor, faintColor] },
    legend: legend ? { title: null } : null,
  };
  const tooltip = [
    { field: "layer", type: "quantitative", title: "Layer" },
    { field: "stage", type: "nominal", title: "Network" },
    ...["mean", "least", "greatest"].map((field) => {
      return { field, type: "quantitative", title: `${field.charAt(0).toUpperCase()}${field.slice(1)}`, format: ".3f" };
    }),
  ];
  return {
    title: network,
    width,
    height: 180,
    data: { name: "cosines" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      {
        data: { values: [{ ideal }] },
        mark: { type: "rule", style: "threshold" },
        encoding: { y: { field: "ideal", type: "quantitative" } },
      },
      {
        mark: { type: "rule", tooltip: null, aria: false },
        encoding: { x, y: { ...y, field: "least" }, y2: { field: "greatest" }, color },
      },
      { mark: { type: "point", filled: true, size: 34, opacity: 1 }, encoding: { x, y, color, tooltip } },
    ],
  };
}
