import { layerColors, networkColors } from "../colors.ts";

/** What tells the curves of a panel apart. */
export interface Series {
  /** The field of the data. */
  readonly field: "layer" | "network";
  /** The legend's title. */
  readonly title: string;
  /** The values of the field, in the order of the legend. */
  readonly names: readonly (string | number)[];
  /** A colour a name. */
  readonly colors: readonly string[];
  /** A Vega expression for the legend's texts, where the names are longer than need be. */
  readonly labels?: string;
}

/** Layers as the series of a panel. */
export function layerSeries(layers: readonly number[]): Series {
  return { field: "layer", title: "Layer", names: layers, colors: layerColors(layers.length) };
}

/** Networks as the series of a panel; where their labels are depths alone, the legend says so once. */
export function networkSeries(labels: readonly string[]): Series {
  const series = { field: "network", names: labels, colors: networkColors(labels.length) } as const;
  return labels.every((label) => /^Depth \d+$/.test(label))
    ? { ...series, title: "Depth", labels: "replace(datum.label, 'Depth ', '')" }
    : { ...series, title: "Network" };
}
