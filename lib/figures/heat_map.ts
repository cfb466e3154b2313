import { caption, type FigureOptions } from "./caption.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { type LogAxis, logAxis } from "./panels/domains.ts";
import { type Absence, absenceMarks, absenceNotes, absenceOf } from "./panels/floor_marks.ts";
import { columnWidth, layerEncoding } from "./panels/panel_axes.ts";
import { cdnvPoints, hasBands, lastEpochs, layersOf, numbersOf, type Point } from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const mapsInRow = 4;

/**
 * CDNV on the train set as a map of layers and epochs, a column a network: the whole of training at one glance. A cell reaches
 * half-way to the epochs that were measured before and after it; all maps share one logarithmic scale of colours.
 *
 * @throws Error where the study has no CDNV on the train set
 */
export function heatMap(study: Study, options: FigureOptions = {}): Figure {
  const points = cdnvPoints(study, "train");
  if (points.length === 0) throw new Error("The tables hold no CDNV on the train set, which the map shows");
  const axis = logAxis(numbersOf(points, ["cdnv"]));
  const cells = study.networks.flatMap(({ label }) => cellsOf(points.filter(({ network }) => network === label)));
  const last = lastEpochs(study);
  const absence = absenceOf(cells, "cdnv");
  return {
    $schema: grammar,
    description:
      "Maps, one a network: each layer's class-distance normalized variance (CDNV) on the train set, upwards from " +
      "the layer nearest to the input, over epochs, as a colour from dark (collapsed) to light on a log scale. Networks: " +
      `${study.networks.map(({ label }) => label).join("; ")}.`,
    title: caption(study, "Train CDNV of every layer over training", options, [
      "the darker, the more collapsed; the first layer is at the bottom; epoch 0 is before training",
      hasBands(study) && "geometric mean over seeds",
      ...absenceNotes(absence, { bands: hasBands(study), floor: false }),
    ]),
    config: themes.light,
    datasets: { cells },
    concat: study.networks.map(({ label }, index) =>
      map({
        network: label,
        layers: layersOf(points, label),
        last: last[index]!,
        axis,
        absence,
        width: columnWidth(Math.min(mapsInRow, study.networks.length), 30),
        legend: index === Math.min(mapsInRow, study.networks.length) - 1,
      })
    ),
    columns: Math.min(mapsInRow, study.networks.length),
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent" } },
  };
}

/** The points of a network with the stretch of epochs that each stands for. */
function cellsOf(points: readonly Point[]): Point[] {
  const epochs = [...new Set(points.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const middle = (index: number) => ((epochs[index] ?? 0) + (epochs[index + 1] ?? 0)) / 2;
  return points.map(({ network, epoch, layer, cdnv, zero }) => {
    const index = epochs.indexOf(epoch);
    const from = index === 0 ? epoch - 0.5 : middle(index - 1);
    const to = index === epochs.length - 1 ? epoch + 0.5 : middle(index);
    return {
      network,
      epoch,
      from,
      to,
      layer: Number(layer),
      bottom: Number(layer) - 0.5,
      top: Number(layer) + 0.5,
      cdnv: cdnv!,
      ...zero === undefined ? {} : { zero },
    };
  });
}

interface MapPanel {
  readonly network: string;
  readonly layers: readonly number[];
  /** The last epoch. */
  readonly last: number;
  readonly axis: LogAxis;
  /** What the scale of colours cannot show. */
  readonly absence: Absence;
  readonly width: number;
  readonly legend: boolean;
}

function map({ network, layers, last, axis, absence, width, legend }: MapPanel): Part {
  const { scale: layerScale, axis: layerAxis } = layerEncoding(layers) as Record<"scale" | "axis", Part>;
  const x = {
    field: "from",
    type: "quantitative",
    title: "Epoch",
    scale: { domain: [-0.5, last + 0.5], nice: false, zero: false },
    axis: { grid: false, tickCount: 5, tickMinStep: 1, format: "d" },
  };
  const y = { field: "bottom", type: "quantitative", title: "Layer", scale: layerScale, axis: layerAxis };
  const tooltip = [
    { field: "layer", type: "quantitative", title: "Layer" },
    { field: "epoch", type: "quantitative", title: "Epoch" },
    { field: "cdnv", type: "quantitative", title: "Train CDNV", format: ".3~g" },
  ];
  return {
    title: network,
    width,
    height: 180,
    data: { name: "cells" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      {
        transform: [{ filter: "isValid(datum.cdnv)" }],
        mark: { type: "rect" },
        encoding: {
          x,
          x2: { field: "to" },
          y,
          y2: { field: "top" },
          color: {
            field: "cdnv",
            type: "quantitative",
            scale: { type: "log", scheme: "viridis", domain: axis.domain, nice: false },
            legend: legend
              ? {
                title: "Train CDNV",
                values: axis.ticks,
                labelExpr: axis.labels,
                gradientLength: 160,
                labelOverlap: false,
              }
              : null,
          },
          tooltip,
        },
      },
      ...absenceMarks({
        absence,
        field: "cdnv",
        encoding: { x: { ...x, field: "epoch" }, y: { ...y, field: "layer" } },
        tooltip: tooltip.slice(0, 2),
      }),
    ],
  };
}
