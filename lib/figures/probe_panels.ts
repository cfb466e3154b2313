import { faintColor, layerColors } from "./colors.ts";
import { curvesPanel } from "./curves.ts";
import { accuracyAxis, bareAxis, epochAxis, epochEncoding, layerEncoding } from "./panel_axes.ts";
import { layerSeries } from "./series_legend.ts";
import {
  accuracyPoints,
  epochCount,
  hasBands,
  lastEpoch,
  layersOf,
  numbersOf,
  type Point,
  probePoints,
} from "./series.ts";
import type { Study } from "./study.ts";
import type { Part } from "./figure.ts";

/** How the panels are laid out by their figure. */
export interface ProbeLayout {
  /** Pixels of a panel. */
  readonly width: number;
  /** Pixels of a panel. */
  readonly height: number;
  /** The selection of layers that the column of that number shares. */
  readonly selection: (column: number) => string;
}

/** The third row of Figure 2, with the data it needs. */
export interface ProbeRowPanels {
  /** One a network. */
  readonly panels: readonly Part[];
  /** By the names that the panels use. */
  readonly datasets: Readonly<Record<string, readonly Point[]>>;
  /** What the caption says of them. */
  readonly note: string;
}

/** Probed epochs from which on probes are drawn over epochs, as in the paper; below that over layers, at the last one. */
const curveEpochs = 4;

/** The part of the training after which accuracies must fit on the axis over epochs. */
const settledPart = 0.2;

/** Names of the curves as their legend shows them. */
const names = { sgd: "probe, SGD", converged: "probe, converged", train: "network, train", test: "network, test" };

/** The test accuracy of the probes of each network, with the network's own train and test accuracy. */
export function probePanels(study: Study, layout: ProbeLayout): ProbeRowPanels {
  const probes = probePoints(study);
  const overEpochs = study.networks.every(({ label }) =>
    epochCount(probes.filter((point) => point.network === label)) >= curveEpochs
  );
  return overEpochs ? panelsOverEpochs(study, probes, layout) : panelsOverLayers(study, probes, layout);
}

function accuracies(study: Study): Point[] {
  return (["train", "test"] as const).flatMap((split) =>
    accuracyPoints(study, `${split}Accuracy`).map((point) => ({ ...point, curve: names[split] }))
  );
}

function panelsOverEpochs(study: Study, all: readonly Point[], layout: ProbeLayout): ProbeRowPanels {
  const kind = all.some((point) => point.kind === "sgd") ? "sgd" : "converged";
  const probe = all.filter((point) => point.kind === kind);
  const network = accuracies(study);
  const last = lastEpoch(study);
  // Before training every accuracy is a guess; an axis from there up would press all that matters together.
  const settled = [...probe, ...network].filter((point) => point.epoch >= settledPart * last);
  const value = accuracyAxis("Probe test accuracy", numbersOf(settled, ["accuracy", "low"]));
  const panels = study.networks.map(({ label }, index) =>
    curvesPanel({
      width: layout.width,
      height: layout.height,
      title: "",
      data: "probe",
      network: label,
      series: layerSeries(layersOf(probe, label)),
      value: index === 0 ? value : bareAxis(value),
      epochs: epochAxis(last, epochCount(probe)),
      band: hasBands(study),
      clip: true,
      selection: layout.selection(index),
      owns: false,
      legend: false,
      beneath: [networkCurves(label, last, index === study.networks.length - 1)],
    })
  );
  return {
    panels,
    datasets: { probe, network },
    note: `probes trained ${kind === "sgd" ? "by SGD" : "to convergence"}; their axis leaves out the first epochs`,
  };
}

function networkCurves(label: string, last: number, legend: boolean): Part {
  return {
    data: { name: "network" },
    transform: [{ filter: { field: "network", equal: label } }],
    mark: { type: "line", style: "reference", clip: true, tooltip: null },
    encoding: {
      x: epochEncoding(last),
      y: { field: "accuracy", type: "quantitative" },
      strokeDash: { ...dashes([names.train, names.test]), legend: legend ? curveLegend : null },
    },
  };
}

const curveLegend = { title: null, symbolType: "stroke", symbolSize: 260 };

function dashes(curves: readonly string[]): Part {
  const all: Readonly<Record<string, readonly number[]>> = {
    [names.train]: [2, 2],
    [names.test]: [7, 3],
    [names.sgd]: [1, 0],
    [names.converged]: [1, 0],
  };
  return { field: "curve", type: "nominal", scale: { domain: curves, range: curves.map((curve) => all[curve]) } };
}

function panelsOverLayers(study: Study, all: readonly Point[], layout: ProbeLayout): ProbeRowPanels {
  const probe = lastOfEach(all).map((point) => ({
    ...point,
    kind: point.kind === "sgd" ? names.sgd : names.converged,
  }));
  const network = lastOfEach(accuracies(study));
  const value = accuracyAxis("Probe test accuracy", numbersOf([...probe, ...network], ["accuracy", "low"]));
  const kinds = [names.sgd, names.converged].filter((name) => probe.some((point) => point.kind === name));
  const panels = study.networks.map(({ label }, index) => {
    const layers = layersOf(probe, label);
    const legend = index === study.networks.length - 1;
    const own = [{ filter: { field: "network", equal: label } }];
    const x = layerEncoding(layers);
    const { title, scale, axis } = index === 0 ? value : bareAxis(value);
    const y = { field: "accuracy", type: "quantitative", title, scale, axis };
    const opacity = { condition: { param: layout.selection(index), value: 1 }, value: 0.15 };
    const color = {
      field: "layer",
      type: "ordinal",
      scale: { domain: layers, range: layerColors(layers.length) },
      legend: null,
    };
    return {
      title: "",
      width: layout.width,
      height: layout.height,
      layer: [
        {
          data: { name: "network" },
          transform: own,
          mark: { type: "rule", style: "reference" },
          encoding: {
            y: { field: "accuracy", type: "quantitative" },
            strokeDash: { ...dashes([names.train, names.test]), legend: legend ? curveLegend : null },
            tooltip: tooltip("curve", "Curve", value.format),
          },
        },
        {
          data: { name: "probe" },
          transform: own,
          mark: { type: "line", style: "untrained", tooltip: null },
          encoding: { x, y, detail: { field: "kind" } },
        },
        ...hasBands(study)
          ? [{
            data: { name: "probe" },
            transform: own,
            mark: { type: "rule", style: "untrained", aria: false, tooltip: null },
            encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
          }]
          : [],
        {
          data: { name: "probe" },
          transform: own,
          mark: { type: "point", filled: true, size: 46, opacity: 1 },
          encoding: {
            x,
            y,
            color,
            opacity,
            shape: {
              field: "kind",
              type: "nominal",
              scale: { domain: kinds, range: kinds.map((kind) => kind === names.sgd ? "circle" : "diamond") },
              legend: legend ? { title: null, symbolFillColor: faintColor, symbolSize: 60 } : null,
            },
            tooltip: [
              { field: "layer", type: "quantitative", title: "Layer" },
              ...tooltip("kind", "Probe", value.format),
            ],
          },
        },
      ],
    };
  });
  return {
    panels,
    datasets: { probe, network },
    note: `probes of epoch ${Math.max(...probe.map(({ epoch }) => epoch))}`,
  };
}

function tooltip(name: string, title: string, format: string): Record<string, string>[] {
  return [
    { field: name, type: "nominal", title },
    { field: "accuracy", type: "quantitative", title: "Accuracy", format },
    { field: "epoch", type: "quantitative", title: "Epoch", format: "d" },
  ];
}

/** The points of each network's last epoch. */
function lastOfEach(points: readonly Point[]): Point[] {
  const last = new Map<string, number>();
  for (const point of points) last.set(point.network, Math.max(point.epoch, last.get(point.network) ?? 0));
  return points.filter((point) => point.epoch === last.get(point.network));
}
