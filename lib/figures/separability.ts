import { caption, type FigureOptions } from "./caption.ts";
import { layerColors } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { type LogAxis, logAxis } from "./panels/domains.ts";
import { columnWidth, logEncoding } from "./panels/panel_axes.ts";
import { geometricSpread, groupBy, rounded } from "./study/seeds.ts";
import { hasBands, labelOf, layersOf, numbersOf, type Point } from "./study/series.ts";
import type { CdnvRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const panelsInRow = 4;
const height = 210;

/**
 * The error of the nearest class center against CDNV, both on the train set, of every layer and measured epoch, on log axes, a
 * column a network; with the line 4 (C - 1) CDNV, which by Chebyshev's inequality no error exceeds (`nccErrorBound` in
 * `lib/collapse/cdnv.ts`). Layers without any error stand on the floor.
 *
 * @throws Error where the study has no CDNV on the train set
 */
export function separability(study: Study, options: FigureOptions = {}): Figure {
  const points = errorPoints(study);
  if (points.length === 0) throw new Error("The tables hold no CDNV on the train set, which this figure shows");
  const cdnv = logAxis(numbersOf(points, ["cdnv"]));
  const bounds = study.networks.map(({ label }) => boundOf(study, label));
  // The whole line is shown, though no error lies where it is above 1: how far the points lie below it, and whether they rise
  // as steeply, is what a reader looks for.
  const error = upToOne(logAxis(numbersOf(points, ["error"]), [1, ...bounds.map((bound) => bound * cdnv.domain[1])]));
  const gaps = study.networks.map(({ label }, index) =>
    gapText(points.filter(({ network }) => network === label), bounds[index]!)
  );
  return {
    $schema: grammar,
    description:
      "Scatter plots, one a network: the train error of the nearest class center classifier against CDNV on the " +
      "train set, of every layer and measured epoch, on log axes, below the line of Chebyshev's bound, which is " +
      `four times the number of classes less one times CDNV. Errors that are not zero, by network: ${
        study.networks.map(({ label }, index) => `${label}, ${gaps[index] || "none"}`).join("; ")
      }.`,
    title: caption(study, "Nearest-class-center error against CDNV", options, [
      "large: after the last measured epoch; small: before; solid line: Chebyshev's bound 4 (C − 1) CDNV",
      "dashed line: an error of 1, above which the bound says nothing",
      points.some(({ zero }) => zero === "yes") &&
      `triangles on the floor: no error${hasBands(study) ? " in a seed" : ""}`,
      hasBands(study) && "geometric mean over seeds",
      ...leftOut(study),
    ]),
    config: themes.light,
    datasets: { points },
    concat: study.networks.map(({ label }, index) =>
      panel({
        network: label,
        layers: layersOf(points, label),
        axes: { cdnv, error },
        bound: bounds[index]!,
        gap: gaps[index]!,
        width: columnWidth(Math.min(panelsInRow, study.networks.length), 60),
        first: index % panelsInRow === 0,
      })
    ),
    columns: Math.min(panelsInRow, study.networks.length),
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent", size: "independent" } },
  };
}

/** An axis without ticks above 1. */
function upToOne(axis: LogAxis): LogAxis {
  return { ...axis, ticks: axis.ticks.filter((tick) => tick <= 1) };
}

/** What the caption says of layers that have no place on the axis of CDNV, each where there are any. */
function leftOut({ cdnv }: Study): (string | false)[] {
  const rows = cdnv.filter(({ split }) => split === "train");
  return [
    rows.some((row) => row.cdnv === 0) && "left out: layers of a CDNV of exactly zero, whose error is zero too",
    rows.some((row) => row.cdnv === null) && "left out: layers whose CDNV is not measurable",
  ];
}

/**
 * How many times below the line the points of a network lie: "33 to 1,200 times below the bound"; nothing where no point
 * has an error.
 */
function gapText(points: readonly Point[], bound: number): string {
  const gaps = points.flatMap(({ cdnv, error }) =>
    typeof cdnv === "number" && typeof error === "number" ? [bound * cdnv / error] : []
  );
  if (gaps.length === 0) return "";
  const ends = [gaps.reduce((a, b) => Math.min(a, b)), gaps.reduce((a, b) => Math.max(a, b))]
    .map((gap) => Number(gap.toPrecision(2)).toLocaleString("en-US"));
  return `${[...new Set(ends)].join(" to ")} times below the bound`;
}

/** A point a layer and epoch of each network whose CDNV is positive. */
function errorPoints(study: Study): Point[] {
  const label = labelOf(study);
  const rows = study.cdnv.filter(({ split }) => split === "train");
  const last = new Map<string, number>();
  for (const row of rows) last.set(label(row), Math.max(row.epoch, last.get(label(row)) ?? 0));
  return groupBy(rows, (row) => JSON.stringify([label(row), row.layer, row.epoch])).flatMap((group) => {
    const [row] = group as [CdnvRow];
    const errors = group.map(({ nccAccuracy }) => nccAccuracy === null ? null : 1 - nccAccuracy);
    const cdnv = rounded(geometricSpread(group.map((entry) => entry.cdnv)).value);
    if (cdnv === null || errors.includes(null)) return [];
    return [{
      network: label(row),
      epoch: row.epoch,
      layer: row.layer,
      cdnv,
      error: rounded(geometricSpread(errors).value),
      zero: errors.includes(0) ? "yes" : "no",
      last: row.epoch === last.get(label(row)) ? "yes" : "no",
    }];
  });
}

/** 4 (C - 1). */
function boundOf(study: Study, network: string): number {
  const label = labelOf(study);
  return 4 * (study.cdnv.find((row) => label(row) === network)!.classes - 1);
}

interface ErrorPanel {
  readonly network: string;
  readonly layers: readonly number[];
  readonly axes: Readonly<Record<"cdnv" | "error", LogAxis>>;
  /** The bound's error over CDNV. */
  readonly bound: number;
  /** How far below it the points lie. */
  readonly gap: string;
  readonly width: number;
  /** Whether the panel stands first in its row and bears the axis' title. */
  readonly first: boolean;
}

function panel({ network, layers, axes, bound, gap, width, first }: ErrorPanel): Part {
  const x = { field: "cdnv", type: "quantitative", title: "Train CDNV", ...logEncoding(axes.cdnv) };
  const y = { field: "error", type: "quantitative", title: first ? "Train NCC error" : "", ...logEncoding(axes.error) };
  const color = {
    field: "layer",
    type: "ordinal",
    scale: { domain: layers, range: layerColors(layers.length) },
    legend: { title: "Layer", symbolSize: 60, symbolOpacity: 1, columns: Math.ceil(layers.length / 9) },
  };
  const whenLast = (yes: number, no: number) => ({
    condition: { test: "datum.last === 'yes'", value: yes },
    value: no,
  });
  const tooltip = [
    { field: "layer", type: "quantitative", title: "Layer" },
    { field: "epoch", type: "quantitative", title: "Epoch" },
    { field: "cdnv", type: "quantitative", title: "Train CDNV", format: ".3~g" },
    { field: "error", type: "quantitative", title: "Train NCC error", format: ".3~g" },
  ];
  return {
    title: { text: network, subtitle: gap },
    width,
    height,
    data: { name: "points" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      {
        data: { values: boundEnds(bound, axes) },
        mark: { type: "line", style: "reference", tooltip: null },
        encoding: { x, y },
      },
      {
        data: { values: [{ error: 1 }] },
        mark: { type: "rule", style: "threshold" },
        encoding: { y: { field: "error", type: "quantitative" } },
      },
      {
        transform: [{ filter: "datum.zero === 'no'" }],
        mark: { type: "point", filled: true },
        encoding: { x, y, color, size: whenLast(70, 14), opacity: whenLast(1, 0.6), tooltip },
      },
      {
        transform: [{ filter: "datum.zero === 'yes'" }],
        mark: { type: "point", shape: "triangle-down", filled: false },
        encoding: { x, y: { value: height - 6 }, color, size: whenLast(60, 20), tooltip: tooltip.slice(0, 3) },
      },
    ],
  };
}

/** Where the line of the bound enters and leaves the panel; nowhere if it lies above. */
function boundEnds(bound: number, { cdnv, error }: ErrorPanel["axes"]): { cdnv: number; error: number }[] {
  const from = Math.max(cdnv.domain[0], error.domain[0] / bound);
  const to = Math.min(cdnv.domain[1], error.domain[1] / bound);
  return from < to ? [from, to].map((at) => ({ cdnv: at, error: at * bound })) : [];
}
