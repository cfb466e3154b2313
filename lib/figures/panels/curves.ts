import type { Part } from "../figure.ts";
import { type Absence, absenceMarks, floorPlace } from "./floor_marks.ts";
import { aboveFloor, type EpochAxis, epochEncoding, type ValueAxis } from "./panel_axes.ts";
import type { Series } from "./series_legend.ts";

/** What a panel of curves over epochs shows. */
export interface CurvesPanel {
  /** Above the panel; empty for none. */
  readonly title: string;
  /** Pixels between the axes. */
  readonly width: number;
  /** Pixels between the axes. */
  readonly height: number;
  /** The figure's dataset with one row an epoch and series: `epoch`, the series' and the value's fields, `network`. */
  readonly data: string;
  /** The rows of this network only. */
  readonly network?: string;
  /** What tells the curves apart. */
  readonly series: Series;
  /** The vertical axis. */
  readonly value: ValueAxis;
  /** The horizontal axis. */
  readonly epochs: EpochAxis;
  /** Draws the interval over seeds, the fields `low` and `high`. */
  readonly band: boolean;
  /** What values a log axis cannot hold; each gets a mark on the floor. */
  readonly absence?: Absence;
  /** Cuts off curves outside the value axis; without it the axis must hold all of them. Bands are cut off in any case. */
  readonly clip?: boolean;
  /** The name of the selection that the legend sets; unique in the figure where `owns` is true. */
  readonly selection: string;
  /** Whether this panel declares the selection, or follows the one that another panel declares. */
  readonly owns: boolean;
  /** Whether this panel shows the legend. */
  readonly legend: boolean;
  /** Marks between the grid and the curves. */
  readonly beneath?: readonly Part[];
}

/** A panel with one curve a series over epochs; hovering shows all values of an epoch, the legend dims other curves. */
export function curvesPanel(panel: CurvesPanel): Part {
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
  const layers: Part[] = [
    ...panel.epochs.drops === undefined ? [] : [dropMarks(panel.epochs.drops, panel.network)],
    ...panel.beneath ?? [],
  ];
  if (panel.band) {
    layers.push({
      transform: own,
      mark: { type: "area", fillOpacity: 0.18, clip: true, tooltip: null, aria: false },
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
    transform: [
      ...own,
      ...panel.epochs.dots ? [] : [{ filter: "datum.epoch === 0" }],
      ...clip ? [aboveFloor(value)] : [],
    ],
    mark: { type: "point", filled: true, tooltip: null, aria: false },
    encoding: {
      x,
      y,
      color,
      size: { condition: { test: "datum.epoch === 0", value: 26 }, value: 9 },
      opacity,
    },
  });
  layers.push(hoverMarks(panel, own, x));
  if (panel.absence !== undefined) {
    layers.push(...absenceMarks({
      absence: panel.absence,
      field: value.field,
      transform: own,
      encoding: { x, y: floorPlace(panel.height), color, opacity },
      tooltip: [
        { field: "epoch", type: "quantitative", title: "Epoch", format: "d" },
        { field: series.field, type: "nominal", title: series.title },
      ],
    }));
  }
  return {
    title: panel.title,
    width: panel.width,
    height: panel.height,
    data: { name: panel.data },
    layer: layers,
  };
}

/** One wide row an epoch, by a pivot, so that a tooltip lists all series; what was not measured reads "not measured". */
function hoverMarks(panel: CurvesPanel, own: readonly Part[], x: Part): Part {
  const { series, value } = panel;
  const cell = (name: string | number) => `datum[${JSON.stringify(String(name))}]`;
  const prefix = series.field === "layer" ? "Layer " : "";
  const hover = `hover_${panel.data}_${panel.selection}`;
  return {
    transform: [
      ...own,
      { calculate: `datum.zero === 'yes' ? 0 : datum[${JSON.stringify(value.field)}]`, as: "shown" },
      { filter: "isValid(datum.shown)" },
      { pivot: series.field, value: "shown", groupby: ["epoch"], op: "max" },
      ...series.names.map((name, index) => ({
        calculate: `isValid(${cell(name)}) ? format(${cell(name)}, '${value.format}') : 'not measured'`,
        as: `text ${index}`,
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
        condition: { param: hover, empty: false, value: 1 },
        value: 0,
      },
      tooltip: [
        { field: "epoch", type: "quantitative", title: "Epoch", format: "d" },
        ...series.names.map((name, index) => ({ field: `text ${index}`, type: "nominal", title: `${prefix}${name}` })),
      ],
    },
  };
}

function dropMarks(data: string, network: string | undefined): Part {
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
