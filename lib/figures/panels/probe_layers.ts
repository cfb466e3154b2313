import { accuracyAxis, bareAxis, layerEncoding } from "./panel_axes.ts";
import {
  kindShapes,
  layerColor,
  networkAccuracies,
  networkDashes,
  type ProbeLayout,
  probeNames,
  type ProbeRowPanels,
} from "./probe_marks.ts";
import { accuraciesAndIntervals, hasBands, layersOf, type Point } from "../study/series.ts";
import type { Study } from "../study/study.ts";

/** Probes over layers, of the last probed epoch. */
export function panelsOverLayers(study: Study, all: readonly Point[], layout: ProbeLayout): ProbeRowPanels {
  const probe = lastOfEach(all).map((point) => ({
    ...point,
    kind: point.kind === "sgd" ? probeNames.sgd : probeNames.converged,
  }));
  const epochs = [...new Set(probe.map(({ epoch }) => epoch))];
  const network = lastOfEach(networkAccuracies(study));
  const value = accuracyAxis("Probe test accuracy", accuraciesAndIntervals([...probe, ...network]));
  const kinds = [probeNames.sgd, probeNames.converged].filter((name) => probe.some((point) => point.kind === name));
  const panels = study.networks.map(({ label }, index) => {
    const layers = layersOf(probe, label);
    const legend = index === study.networks.length - 1;
    const own = [{ filter: { field: "network", equal: label } }];
    const x = layerEncoding(layers);
    const { title, scale, axis } = index === 0 ? value : bareAxis(value);
    const y = { field: "accuracy", type: "quantitative", title, scale, axis };
    const opacity = { condition: { param: layout.selection(index), value: 1 }, value: 0.15 };
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
            strokeDash: networkDashes(legend),
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
            mark: { type: "rule", style: "untrained", clip: true, aria: false, tooltip: null },
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
            color: layerColor(layers),
            opacity,
            shape: kindShapes(kinds, legend),
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
    note: epochs.length === 1 ? `probes of epoch ${epochs[0]}` : "probes of each network's last probed epoch",
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
