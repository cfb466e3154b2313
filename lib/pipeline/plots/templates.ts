import type { Json } from "../value.ts";
import { anchor } from "./template.ts";

type Map = { readonly [key: string]: Json };

const [X, Y] = [anchor("x"), anchor("y")];
const size: Map = { width: anchor("plot_width"), height: anchor("plot_height") };
const zoom: Map = { params: [anchor("zoom_and_pan")] };
const tooltip: Map = { type: "line", tooltip: { content: "data" } };
const notFromZero: Map = { scale: { zero: false } };
const byRevision: Map = { field: "rev", type: "nominal" };

function axis(name: "x" | "y", type: "quantitative" | "nominal" | undefined, more: Map = {}): Map {
  return { field: anchor(name), ...type === undefined ? {} : { type }, title: anchor(`${name}_label`), ...more };
}

function plot(parts: Map): Json {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    data: { values: anchor("data") },
    title: { text: anchor("title"), anchor: "middle" },
    ...parts,
  };
}

function bars(y: Map): Json {
  return plot({
    ...size,
    ...zoom,
    mark: { type: "bar" },
    encoding: {
      x: axis("x", "quantitative", notFromZero),
      y: axis("y", "nominal", y),
      yOffset: { field: "rev", sort: [] },
      color: anchor("color"),
      column: anchor("column"),
    },
  });
}

function points(type: "quantitative" | undefined, parts: Map, offsets: Map = {}): Json {
  return plot({
    ...size,
    ...parts,
    mark: { type: "point", tooltip: { content: "data" } },
    encoding: {
      x: axis("x", type),
      y: axis("y", type),
      color: anchor("color"),
      shape: anchor("shape"),
      tooltip: anchor("tooltip"),
      ...offsets,
    },
  });
}

/** Lines of each revision: thin as measured, in front smoothed by as much as a slider says, with the values at the pointer. */
function smooth(): Json {
  const y = axis("y", "quantitative", notFromZero);
  const select = { type: "point", fields: [X], nearest: true, on: "mouseover", clear: "mouseout" };
  const hovered = { param: "hover", empty: false };
  const smoothed: Map = {
    layer: [{ ...zoom, mark: "line" }, { transform: [{ filter: hovered }], mark: "point" }],
    encoding: { y, color: byRevision },
    transform: [{ loess: Y, on: X, groupby: anchor("group_by"), bandwidth: { signal: "smooth" } }],
  };
  const measured: Map = {
    mark: { type: "line", opacity: 0.2 },
    encoding: { x: axis("x", "quantitative"), y, color: byRevision },
  };
  const ends: Map = {
    mark: { type: "circle", size: 10 },
    encoding: {
      x: axis("x", "quantitative", { aggregate: "max" }),
      y: axis("y", "quantitative", { aggregate: { argmax: X }, ...notFromZero }),
      color: byRevision,
    },
  };
  const pointer: Map = {
    transform: [
      { calculate: anchor("pivot_field"), as: "pivot_field" },
      { pivot: "pivot_field", op: "mean", value: Y, groupby: [X] },
    ],
    mark: { type: "rule", tooltip: { content: "data" }, stroke: "grey" },
    encoding: { opacity: { condition: { value: 0.3, ...hovered }, value: 0 } },
    params: [{ name: "hover", select }],
  };
  return plot({
    ...size,
    params: [{ name: "smooth", value: 0.001, bind: { input: "range", min: 0.001, max: 1, step: 0.001 } }],
    encoding: { x: axis("x", "quantitative"), color: anchor("color"), strokeDash: anchor("stroke_dash") },
    layer: [smoothed, measured, ends, pointer],
  });
}

/** How often each pair of x and y occurs, as a heat map for each revision; `shown` is the count or a share of it. */
function confusion(
  impute: Json,
  share: { readonly joined: Map; readonly of: string; readonly name: string },
  shown: { readonly color: Map; readonly tooltip: Map; readonly text: Map },
  parts: Map = {},
): Json {
  const count = { impute: "xy_count", value: 0 };
  const label = { type: "single", on: "mouseover", encodings: ["x", "y"], empty: "none", clear: "mouseout" };
  const contrast = { condition: { test: `datum.${share.name} > 0.5`, value: "white" }, value: "black" };
  return plot({
    facet: { column: { field: "rev", sort: [] }, row: anchor("row") },
    ...parts,
    spec: {
      transform: [
        { aggregate: [{ op: "count", as: "xy_count" }], groupby: [Y, X] },
        { ...count, groupby: impute, key: X },
        { ...count, groupby: anchor("group_by_x"), key: Y },
        share.joined,
        { calculate: `datum.xy_count / datum.${share.of}`, as: share.name },
      ],
      encoding: { x: axis("x", "nominal", { sort: "ascending" }), y: axis("y", "nominal", { sort: "ascending" }) },
      layer: [
        { mark: "rect", ...size, encoding: { color: { type: "quantitative", title: "", ...shown.color } } },
        {
          selection: { label },
          mark: "rect",
          encoding: {
            tooltip: [{ field: X, type: "nominal" }, { field: Y, type: "nominal" }, shown.tooltip],
            opacity: { condition: { selection: "label", value: 1 }, value: 0 },
          },
        },
        {
          transform: [{ filter: { selection: "label" } }],
          layer: [{ mark: { type: "rect", color: "lightpink" } }],
        },
        { mark: "text", encoding: { ...shown.text, color: contrast } },
      ],
    },
  });
}

const counted = { field: "xy_count", type: "quantitative" };

/**
 * DVC's templates by name, the same Vega-Lite specifications as those of dvc-render 1 (Apache 2.0): what plots look like is
 * part of what DVC promises.
 */
export const templates: { readonly [name: string]: () => Json } = {
  simple: () =>
    plot({
      ...zoom,
      ...size,
      mark: tooltip,
      encoding: {
        x: axis("x", "quantitative"),
        y: axis("y", "quantitative", notFromZero),
        color: anchor("color"),
        strokeDash: anchor("stroke_dash"),
        tooltip: anchor("tooltip"),
      },
    }),
  linear: smooth,
  confusion: () =>
    confusion(
      anchor("group_by_y"),
      {
        joined: { joinaggregate: [{ op: "max", field: "xy_count", as: "max_count" }], groupby: [] },
        of: "max_count",
        name: "percent_of_max",
      },
      {
        color: { field: "xy_count", scale: { domainMin: 0, nice: true } },
        tooltip: counted,
        text: { text: { condition: { param: "showValues", ...counted } } },
      },
      { params: [{ name: "showValues", bind: { input: "checkbox" } }] },
    ),
  confusion_normalized: () =>
    confusion(
      ["rev", Y],
      {
        joined: { joinaggregate: [{ op: "sum", field: "xy_count", as: "sum_y" }], groupby: [Y] },
        of: "sum_y",
        name: "percent_of_y",
      },
      {
        color: { field: "percent_of_y", scale: { domain: [0, 1] } },
        tooltip: { field: "percent_of_y", type: "quantitative", format: ".2f" },
        text: {},
      },
    ),
  scatter: () => points("quantitative", zoom),
  scatter_jitter: () =>
    points(
      undefined,
      { transform: [{ calculate: "random()", as: "randomX" }, { calculate: "random()", as: "randomY" }] },
      { xOffset: { field: "randomX", type: "quantitative" }, yOffset: { field: "randomY", type: "quantitative" } },
    ),
  smooth,
  bar_horizontal_sorted: () => bars({ sort: "-x" }),
  bar_horizontal: () => bars({}),
};
