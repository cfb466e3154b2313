import { curvesPanel } from "./curves.ts";
import type { Part } from "../figure.ts";
import { aboveFloor, accuracyAxis, bareAxis, cutsOff, epochAxis, epochEncoding, type ValueAxis } from "./panel_axes.ts";
import { panelsOverLayers } from "./probe_layers.ts";
import {
  kindShapes,
  layerColor,
  networkAccuracies,
  networkDashes,
  type ProbeLayout,
  probeNames,
  type ProbeRowPanels,
} from "./probe_marks.ts";
import {
  accuraciesAndIntervals,
  epochCount,
  hasBands,
  lastEpoch,
  layersOf,
  type Point,
  probePoints,
  settled,
} from "../study/series.ts";
import { layerSeries } from "./series_legend.ts";
import type { Study } from "../study/study.ts";

/** Probed epochs from which on probes are drawn over epochs, as in the paper; below that over layers, at the last one. */
const curveEpochs = 4;

/** The test accuracy of the probes of each network, with the network's own train and test accuracy. */
export function probePanels(study: Study, layout: ProbeLayout): ProbeRowPanels {
  const probes = probePoints(study);
  const overEpochs = study.networks.every(({ label }) =>
    epochCount(probes.filter((point) => point.network === label)) >= curveEpochs
  );
  const found = overEpochs ? panelsOverEpochs(study, probes, layout) : panelsOverLayers(study, probes, layout);
  const pooled = study.probe.some(({ kind, form }) => kind === "converged" && form === "pooled");
  return pooled
    ? { ...found, note: `${found.note}; converged ones see wide layers by their mean over the image` }
    : found;
}

function panelsOverEpochs(study: Study, probes: readonly Point[], layout: ProbeLayout): ProbeRowPanels {
  const kind = probes.some((point) => point.kind === "sgd") ? "sgd" : "converged";
  const probe = probes.filter((point) => point.kind === kind);
  const others = probes.filter((point) => point.kind !== kind).map((point) => ({
    ...point,
    kind: probeNames.converged,
  }));
  const network = networkAccuracies(study);
  const last = lastEpoch(study);
  const sets = [probe, others, network];
  const value = accuracyAxis("Probe test accuracy", accuraciesAndIntervals(sets.flatMap(settled)));
  const panels = study.networks.map(({ label }, index) => {
    const legend = index === study.networks.length - 1;
    const layers = layersOf(probe, label);
    return curvesPanel({
      width: layout.width,
      height: layout.height,
      title: "",
      data: "probe",
      network: label,
      series: layerSeries(layers),
      value: index === 0 ? value : bareAxis(value),
      epochs: epochAxis(last, epochCount(probe)),
      band: hasBands(study),
      clip: true,
      selection: layout.selection(index),
      owns: false,
      legend: false,
      beneath: [
        networkCurves(label, last, legend),
        ...others.length === 0 ? [] : [convergedPoints(label, layers, value, layout.selection(index), legend)],
      ],
    });
  });
  return {
    panels,
    datasets: { probe, network, ...others.length === 0 ? {} : { converged: others } },
    note: `curves of the last row: probes trained ${kind === "sgd" ? "by SGD" : "to convergence"}${
      cutsOff(value, sets.flat()) ? "; their axis leaves out low values of the first epochs" : ""
    }`,
  };
}

/** Probes trained to convergence, often at the last epoch alone, beside the curves of those trained by SGD. */
function convergedPoints(
  label: string,
  layers: readonly number[],
  value: ValueAxis,
  selection: string,
  legend: boolean,
): Part {
  return {
    data: { name: "converged" },
    transform: [{ filter: { field: "network", equal: label } }, aboveFloor(value)],
    mark: { type: "point", filled: true, size: 44, opacity: 1, tooltip: null },
    encoding: {
      x: { field: "epoch", type: "quantitative" },
      y: { field: "accuracy", type: "quantitative" },
      color: layerColor(layers),
      opacity: { condition: { param: selection, value: 1 }, value: 0.15 },
      shape: kindShapes([probeNames.converged], legend),
    },
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
      strokeDash: networkDashes(legend),
    },
  };
}
