import { faintColor, layerColors } from "../colors.ts";
import type { Part } from "../figure.ts";
import { accuracyPoints, type Point } from "../study/series.ts";
import type { Study } from "../study/study.ts";

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

/** Names of the curves as their legend shows them. */
export const probeNames = {
  sgd: "probe, SGD",
  converged: "probe, converged",
  train: "network, train",
  test: "network, test",
};

/** The network's own accuracies, as curves beside the probes. */
export function networkAccuracies(study: Study): Point[] {
  return (["train", "test"] as const).flatMap((split) =>
    accuracyPoints(study, `${split}Accuracy`).map((point) => ({ ...point, curve: probeNames[split] }))
  );
}

/** How the network's own accuracies are dashed. */
export function networkDashes(legend: boolean): Part {
  return {
    field: "curve",
    type: "nominal",
    scale: { domain: [probeNames.train, probeNames.test], range: [[2, 2], [7, 3]] },
    legend: legend ? { title: null, symbolType: "stroke", symbolSize: 260 } : null,
  };
}

/** Layers coloured as in the rows above, where their legend is. */
export function layerColor(layers: readonly number[]): Part {
  return {
    field: "layer",
    type: "ordinal",
    scale: { domain: layers, range: layerColors(layers.length) },
    legend: null,
  };
}

/** How probes are marked by the way they were trained. */
export function kindShapes(kinds: readonly string[], legend: boolean): Part {
  return {
    field: "kind",
    type: "nominal",
    scale: { domain: kinds, range: kinds.map((kind) => kind === probeNames.sgd ? "circle" : "diamond") },
    legend: legend ? { title: null, symbolFillColor: faintColor, symbolSize: 60 } : null,
  };
}
