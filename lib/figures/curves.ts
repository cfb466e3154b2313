import { accuracyDomain, type LogAxis } from "./axes.ts";
import { layerColors, networkColors } from "./colors.ts";
import type { Marks, Panel } from "./theme.ts";

/** What a panel of curves over epochs shows. */
export interface CurvesPanel {
  readonly title: string | { readonly text: string; readonly subtitle: string };
  readonly width: number;
  readonly height: number;
  /** The figure's dataset with one row an epoch and series: `epoch`, the series' and the value's fields, `network`. */
  readonly data: string;
  /** The rows of this network only. */
  readonly network?: string;
  readonly series: Series;
  readonly value: ValueAxis;
  readonly epochs: EpochAxis;
  /** Draws the range over seeds, the fields `low` and `high`. */
  readonly band: boolean;
  /** Cuts off what lies outside the value axis; without it the axis must hold everything. */
  readonly clip?: boolean;
  /** The name of the selection that the legend sets; unique in the figure where `owns` is true. */
  readonly selection: string;
  /** Whether this panel declares the selection, or follows the one that another panel declares. */
  readonly owns: boolean;
  readonly legend: boolean;
  /** Marks between the grid and the curves. */
  readonly beneath?: readonly Marks[];
}

/** What tells the curves of a panel apart. */
export interface Series {
  readonly field: "layer" | "network";
  readonly title: string;
  readonly names: readonly (string | number)[];
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

/** The vertical axis of a panel. */
export interface ValueAxis {
  readonly field: string;
  readonly title: string;
  /** A d3 number format for tooltips. */
  readonly format: string;
  readonly scale: Readonly<Record<string, unknown>>;
  readonly axis: Readonly<Record<string, unknown>>;
}

/** The horizontal axis of a panel: epochs, on a linear scale that shows epoch 0. */
export interface EpochAxis {
  readonly last: number;
  /** Whether every measured epoch gets a dot, or epoch 0 alone. */
  readonly dots: boolean;
  /** The figure's dataset of learning-rate drops, fields `network`, `epoch` and `text`; none are drawn where undefined. */
  readonly drops?: string;
}

/** The horizontal encoding of every panel over epochs; a margin on the left keeps epoch 0 off the axis line. */
export function epochEncoding(last: number): Record<string, unknown> {
  const margin = Math.max(last, 1) * 0.025;
  return {
    field: "epoch",
    type: "quantitative",
    title: "Epoch",
    scale: { domain: [-margin, Math.max(last, 1) + margin], nice: false, zero: false },
    axis: { grid: false, tickCount: 6, tickMinStep: 1, format: "d" },
  };
}

/** The horizontal encoding of every panel over layers: whole numbers, half a step of room at both ends. */
export function layerEncoding(layers: readonly number[]): Record<string, unknown> {
  const last = layers.at(-1) ?? 1;
  const step = Math.ceil(last / 10);
  return {
    field: "layer",
    type: "quantitative",
    title: "Layer",
    scale: { domain: [0.5, last + 0.5], nice: false, zero: false },
    axis: { grid: false, values: layers.filter((layer) => (layer - 1) % step === 0), format: "d", labelOverlap: false },
  };
}

/** A panel with one curve a series over epochs; hovering shows all values of an epoch, the legend dims other curves. */
export function curvesPanel(panel: CurvesPanel): Panel {
  const { series, value, clip = false } = panel;
  const own = panel.network === undefined ? [] : [{ filter: { field: "network", equal: panel.network } }];
  const x = epochEncoding(panel.epochs.last);
  const y = { field: value.field, type: "quantitative", title: value.title, scale: value.scale, axis: value.axis };
  const legend = {
    title: series.title,
    symbolType: "stroke",
    columns: Math.ceil(series.names.length / 18),
    ...series.labels === undefined ? {} : { labelExpr: series.labels },
  };
  const color = {
    field: series.field,
    type: series.field === "layer" ? "ordinal" : "nominal",
    scale: { domain: series.names, range: series.colors },
    legend: panel.legend ? legend : null,
  };
  const opacity = { condition: { param: panel.selection, value: 1 }, value: 0.12 };
  const layers: unknown[] = [
    ...panel.epochs.drops === undefined ? [] : [dropMarks(panel.epochs.drops, panel.network)],
    ...panel.beneath ?? [],
  ];
  if (panel.band) {
    layers.push({
      transform: own,
      mark: { type: "area", fillOpacity: 0.18, clip, tooltip: null, aria: false },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color, opacity },
    });
  }
  layers.push({
    ...panel.owns
      ? { params: [{ name: panel.selection, select: { type: "point", fields: [series.field] }, bind: "legend" }] }
      : {},
    transform: own,
    mark: { type: "line", clip, tooltip: null },
    encoding: { x, y, color, opacity },
  });
  layers.push({
    transform: [...own, ...panel.epochs.dots ? [] : [{ filter: "datum.epoch === 0" }]],
    mark: { type: "point", filled: true, clip, tooltip: null, aria: false },
    encoding: {
      x,
      y,
      color,
      size: { condition: { test: "datum.epoch === 0", value: 26 }, value: 9 },
      opacity,
    },
  });
  layers.push(hoverMarks(panel, own, x));
  const title = typeof panel.title === "string" ? panel.title : { ...panel.title };
  return {
    title,
    width: panel.width,
    height: panel.height,
    data: { name: panel.data },
    layer: layers,
  } as Panel;
}

/** One wide row an epoch, by a pivot, so that a tooltip lists all series; what was not measured reads "not measured". */
function hoverMarks(panel: CurvesPanel, own: readonly unknown[], x: Record<string, unknown>): unknown {
  const { series, value } = panel;
  const cell = (name: string | number) => `datum[${JSON.stringify(String(name))}]`;
  const prefix = series.field === "layer" ? "Layer " : "";
  const hover = `hover_${panel.data}_${panel.selection}`;
  return {
    transform: [
      ...own,
      { filter: `isValid(datum[${JSON.stringify(value.field)}])` },
      { pivot: series.field, value: value.field, groupby: ["epoch"], op: "max" },
      ...series.names.map((name) => ({
        calculate: `isValid(${cell(name)}) ? format(${cell(name)}, '${value.format}') : 'not measured'`,
        as: `text ${name}`,
      })),
    ],
    params: [{
      name: hover,
      select: { type: "point", fields: ["epoch"], on: "pointermove", nearest: true, clear: "pointerout" },
    }],
    mark: { type: "rule", style: "hover", aria: false },
    encoding: {
      x,
      opacity: {
        condition: {
          param: hover,
          empty: false,
          value: 1,
        },
        value: 0,
      },
      tooltip: [
        { field: "epoch", type: "quantitative", title: "Epoch", format: "d" },
        ...series.names.map((name) => ({ field: `text ${name}`, type: "nominal", title: `${prefix}${name}` })),
      ],
    },
  };
}

function dropMarks(data: string, network: string | undefined): unknown {
  return {
    data: { name: data },
    transform: network === undefined ? [] : [{ filter: { field: "network", equal: network } }],
    mark: { type: "rule", style: "event" },
    encoding: {
      x: { field: "epoch", type: "quantitative" },
      tooltip: { field: "text", type: "nominal", title: "Learning rate" },
    },
  };
}

/** Measured epochs up to which each gets a dot of its own. */
const dottedEpochs = 30;

/** The horizontal axis for so many measured epochs. */
export function epochAxis(last: number, measured: number, drops?: string): EpochAxis {
  return { last, dots: measured <= dottedEpochs, ...drops === undefined ? {} : { drops } };
}

/** A vertical log axis of CDNV. */
export function cdnvAxis(title: string, axis: LogAxis): ValueAxis {
  return { field: "cdnv", title, format: ".3~g", ...logEncoding(axis) };
}

/** The scale and axis of an encoding on a log axis. */
export function logEncoding(axis: LogAxis): Pick<ValueAxis, "scale" | "axis"> {
  const labelled = (yes: number, no: number) => ({ condition: { test: axis.labelled, value: yes }, value: no });
  return {
    scale: { type: "log", domain: axis.domain, nice: false },
    axis: {
      values: axis.ticks,
      labelExpr: axis.labels,
      labelOverlap: false,
      tickSize: labelled(5, 2.5),
      gridOpacity: labelled(1, 0),
    },
  };
}

/** A vertical linear axis of accuracies. */
export function accuracyAxis(title: string, values: readonly (number | null)[]): ValueAxis {
  return {
    field: "accuracy",
    title,
    format: ".4f",
    scale: { domain: accuracyDomain(values), nice: false, zero: false },
    axis: { tickCount: 6, format: "~g" },
  };
}
