import { lines, sizesText, titleBlock } from "../caption.ts";
import { strongColor } from "../colors.ts";
import { type Figure, grammar, type Part } from "../figure.ts";
import { logAxis } from "../panels/domains.ts";
import { logEncoding } from "../panels/panel_axes.ts";
import { withoutControls } from "../study/controls.ts";
import { sharedText } from "../study/network.ts";
import { lastEpochs } from "../study/series.ts";
import { themes } from "../theme.ts";
import { endedNetworks } from "./ended_network.ts";
import { estimateMarks } from "./estimate_marks.ts";
import { type EstimateRow, type IntervalKind, intervalRows } from "./interval_rows.ts";
import type { NamedStudy } from "./named_study.ts";
import { networkPlaces } from "./network_places.ts";

/** The effective depth after training, by both definitions. */
export const depthIntervals: IntervalKind = {
  title: "Effective depth, by study",
  axis: "Effective depth",
  series: [["effective_depth_cdnv", "by CDNV"], ["effective_depth_ncc", "by NCC"]],
  isLog: false,
};

/** The CDNV of the last layer after training, on both sets. */
export const cdnvIntervals: IntervalKind = {
  title: "CDNV of the last layer, by study",
  axis: "CDNV of the last layer",
  series: [["last_layer_cdnv", "train set"], ["last_layer_test_cdnv", "test set"]],
  isLog: true,
};

/** The first and the second of a kind's quantities, told apart by shape too. */
const [colors, shapes] = [[strongColor, "#d55e00"], ["circle", "square"]];

const panelWidth = 250;

/** Pixels that a panel takes, with what stands beside it. */
export const intervalPanel: number = panelWidth + 72;

/** Panels in a row at most; rows are of about one length. */
const panelsInRow = 3;

/**
 * Two quantities after the last epoch, a panel a study and its networks side by side: means over seeds, with Student's
 * intervals. Networks of shuffled labels that are there for comparison are left out.
 *
 * @throws {Error} where no study has any of them
 */
export function intervalFigure(whole: readonly NamedStudy[], kind: IntervalKind): Figure {
  const studies = whole.map((named) => ({ ...named, study: withoutControls(named.study) }));
  const networks = studies.flatMap(endedNetworks);
  const rows = intervalRows(networks, kind);
  if (!hasValues(rows.estimates)) throw new Error(`No study has what this figure shows: ${kind.title}`);
  const layers = networks
    .map(({ study, network }) => ({ study, network: network.label, layers: network.depth }))
    .filter(({ layers }) => layers <= rows.room[1]);
  return {
    $schema: grammar,
    description: `${kind.title}: a chart a study, its networks side by side, with 95 % intervals over seeds. ${
      studies.map(({ name }) => spoken(name, kind, rows.estimates)).join(" ")
    }`,
    title: titleBlock(kind.title, lines(notes(kind, rows.estimates, rows.seeds.length > 0), "; ", 100)),
    config: themes.light,
    datasets: { estimates: rows.estimates, seeds: rows.seeds, ...kind.isLog ? {} : { layers } },
    concat: studies.map((named) => panel(named, kind, rows.room)),
    columns: Math.ceil(studies.length / Math.ceil(studies.length / panelsInRow)),
    spacing: { row: 26, column: 22 },
    resolve: { scale: { color: "shared", shape: "shared" } },
  };
}

/** Whether any study has a value of what a figure shows, or lacks it for a reason that it shows. */
export function hasIntervals(studies: readonly NamedStudy[], kind: IntervalKind): boolean {
  return hasValues(intervalRows(studies.flatMap(endedNetworks), kind).estimates);
}

function hasValues(estimates: readonly EstimateRow[]): boolean {
  return estimates.some(({ estimate, lacks }) => estimate !== null || lacks !== "");
}

/** For readers who do not see the figure: what each point says. */
function spoken(study: string, { series }: IntervalKind, estimates: readonly EstimateRow[]): string {
  const own = estimates.filter((row) => row.study === study);
  const networks = [...new Set(own.map(({ network }) => network))].map((network) => {
    const texts = series.map(([, name]) => {
      const row = own.find((row) => row.network === network && row.series === name);
      return `${name} ${row?.lacks_text || row?.text}`;
    });
    return `${network}, ${texts.join(", ")}`;
  });
  return `${study}: ${networks.join("; ")}.`;
}

function notes({ isLog }: IntervalKind, estimates: readonly EstimateRow[], several: boolean): string[] {
  const notes: [string, boolean][] = [
    ["after the last epoch", true],
    [isLog ? "points: geometric mean over seeds" : "points: mean over seeds", several],
    [`bars: 95 % intervals by Student’s t${isLog ? " on log10" : ""}`, several],
    ["pale: each seed", several],
    ["hollow: one seed, which has no interval", estimates.some(({ seeds }) => seeds === 1)],
    ["triangles at a bar’s end: it reaches beyond the axis", estimates.some(({ cut }) => cut !== "no")],
    ["dashes: the number of layers", !isLog],
    ["crosses: no layer meets the definition in a seed", estimates.some(({ lacks }) => lacks === "none")],
    ["triangles on the floor: zero in a seed", estimates.some(({ lacks }) => lacks === "zero")],
    [
      "gaps: not measured, or without a value in a seed",
      estimates.some(({ estimate, lacks }) => estimate === null && lacks === ""),
    ],
  ];
  return notes.filter(([, applies]) => applies).map(([note]) => note);
}

function panel({ name, profile, study }: NamedStudy, kind: IntervalKind, room: readonly [number, number]): Part {
  const { title, texts } = networkPlaces(study.networks);
  const isShort =
    Math.max(...[...texts.values()].map(({ length }) => length)) * characterWidth < panelWidth / texts.size;
  const expression = JSON.stringify(Object.fromEntries(texts));
  const names = kind.series.map(([, series]) => series);
  const shared = {
    field: "series",
    type: "nominal",
    legend: { title: null, orient: "top", symbolSize: 60, symbolOpacity: 1 },
  };
  const color = { ...shared, scale: { domain: names, range: colors } };
  const place = {
    x: {
      field: "network",
      type: "nominal",
      title: title ?? "",
      scale: { domain: [...texts.keys()], paddingInner: 0.25, paddingOuter: 0.2 },
      axis: { labelExpr: `${expression}[datum.value]`, labelAngle: isShort ? 0 : -35, labelLimit: 150, grid: false },
    },
    xOffset: { field: "series", type: "nominal", scale: { domain: names, paddingInner: 0.2, paddingOuter: 0.6 } },
  };
  const value = { type: "quantitative", title: kind.axis, ...valueAxis(kind, room) };
  const own = { filter: { field: "study", equal: name } };
  const about = [
    { field: "study", type: "nominal", title: "Study" },
    { field: "network", type: "nominal", title: "Network" },
    { field: "series", type: "nominal", title: kind.axis },
  ];
  const tooltip = [
    ...about,
    { field: "text", type: "nominal", title: "Mean [95 % interval]" },
    { field: "each", type: "nominal", title: "Each seed" },
  ];
  const lacking = (lacks: "none" | "zero", shape: string, y: number) => ({
    transform: [{ filter: { field: "lacks", equal: lacks } }],
    mark: {
      type: "point",
      shape,
      size: 50,
      filled: false,
      opacity: 1,
      strokeWidth: 1.6,
      angle: lacks === "none" ? 45 : 0,
    },
    encoding: {
      ...place,
      y: { value: y },
      color,
      tooltip: [...about, { field: "lacks_text", type: "nominal", title: "No mean" }, tooltip.at(-1)],
    },
  });
  const ofLayers = {
    data: { name: "layers" },
    transform: [own],
    mark: {
      type: "tick",
      style: "threshold",
      orient: "horizontal",
      bandSize: 24,
      thickness: 1.2,
      tooltip: null,
      aria: false,
    },
    encoding: { x: place.x, y: { ...value, field: "layers" } },
  };
  const ofSeeds = {
    data: { name: "seeds" },
    transform: [own],
    mark: { type: "point", filled: true, size: 18, opacity: 0.4, tooltip: null, aria: false },
    encoding: { ...place, y: { ...value, field: "value" }, color },
  };
  return {
    title: { text: name, subtitle: subtitle(profile, study) },
    width: panelWidth,
    height: panelHeight,
    layer: [
      ...kind.isLog ? [] : [ofLayers],
      ofSeeds,
      {
        data: { name: "estimates" },
        transform: [own],
        layer: [
          ...estimateMarks({
            ...{ along: "y", value, place, color, tooltip },
            shape: { ...shared, scale: { domain: names, range: shapes } },
          }),
          lacking("none", "cross", 8),
          lacking("zero", "triangle-down", panelHeight - 6),
        ],
      },
    ],
  };
}

/** Of a text of an axis. */
const characterWidth = 7;

const panelHeight = 190;

function valueAxis({ isLog }: IntervalKind, [low, high]: readonly [number, number]): Part {
  if (isLog) return logEncoding(logAxis([low, high]));
  return {
    scale: { domain: [low - 0.3, high + 0.5], nice: false, zero: false },
    axis: { tickMinStep: 1, tickCount: 6, format: "d" },
  };
}

/** What the networks of a study share, how many images were measured, and by which reading of the paper they were trained. */
function subtitle(profile: string | undefined, study: NamedStudy["study"]): string[] {
  const shared = sharedText(study.networks, lastEpochs(study)).split(" · ");
  return lines([...shared, ...sizesText(study), ...profile === undefined ? [] : [`profile: ${profile}`]], " · ", 44);
}
