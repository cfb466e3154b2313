import { type LogAxis, logAxis } from "./panels/domains.ts";
import { caption, cutNote, type FigureOptions, seedsNote } from "./caption.ts";
import { faintColor, strongColor } from "./colors.ts";
import { type Absence, absenceMarks, absenceNotes, absenceOf, floorPlace } from "./panels/floor_marks.ts";
import { columnWidth, layerEncoding, logEncoding } from "./panels/panel_axes.ts";
import { depthText, type DepthVerdict, depthVerdicts } from "./study/depth_verdict.ts";
import { hasBands, labelOf, layersOf, type Point, valuesAndIntervals } from "./study/series.ts";
import { geometricSpread, groupBy, rounded } from "./study/seeds.ts";
import type { DepthRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { themes } from "./theme.ts";

const height = 180;

const definitions = [
  { definition: "cdnv", title: "Train CDNV / threshold", text: "by CDNV" },
  { definition: "ncc", title: "Train NCC error / threshold", text: "by NCC" },
] as const;

const stages = ["after training", "untrained"] as const;

/**
 * The effective depth, a column a network: each layer's value over the threshold of the definition by CDNV (row 1) and by
 * the nearest class center's error (row 2), on a log axis, after training and before; the layers that the definition takes
 * for collapsed, in every seed, are shaded.
 *
 * @throws Error where the study has no table of effective depths
 */
export function effectiveDepth(study: Study, options: FigureOptions = {}): Figure {
  const ratios = ratioPoints(study);
  if (ratios.length === 0) throw new Error("The tables hold no effective depth, which this figure shows");
  const verdicts = depthVerdicts(study);
  const verdictsOf = (network: string, definition: DepthRow["definition"]) =>
    verdicts.filter((verdict) => verdict.network === network && verdict.definition === definition);
  const bands = hasBands(study);
  const axis = logAxis(valuesAndIntervals(ratios, "ratio"), [1]);
  const absence = absenceOf(ratios, "ratio");
  const panels = definitions.flatMap(({ definition, title, text }) =>
    study.networks.map(({ label }, index) => {
      const own = ratios.filter((point) => point.network === label && point.definition === definition);
      const verdict = verdictText(verdictsOf(label, definition), text);
      return panel({
        network: label,
        definition,
        title: definition === "cdnv" ? { text: label, subtitle: verdict } : { text: verdict, style: "note" },
        axisTitle: title,
        layers: layersOf(own, label),
        collapsed: firstCollapsed(verdictsOf(label, definition)),
        axis,
        absence,
        width: columnWidth(study.networks.length, 24),
        band: bands,
        first: index === 0,
        legend: definition === "cdnv" && index === study.networks.length - 1,
      });
    })
  );
  return {
    $schema: grammar,
    description: "A grid of line charts, a column a network. First row: CDNV of each layer on the train set over the " +
      "threshold of the effective depth, a multiple of the last layer's. Second row: the train error of the nearest class " +
      "center classifier over its threshold, the network's train error and a margin. Each after training and before. " +
      definitions.flatMap(({ definition, text }) =>
        study.networks.map(({ label }) => `${label}, ${verdictText(verdictsOf(label, definition), text)}`)
      ).join("; ") + ".",
    title: caption(study, "Effective depth: each layer against the threshold", options, [
      `dashed line: the threshold; shaded: the layers from the first that stays at or below it${
        bands ? " in every seed" : ""
      }`,
      seedsNote(study, "curves: geometric mean", "bars"),
      cutNote(ratios, axis, "bars"),
      ...absenceNotes(absence, { bands, reason: "no CDNV or error, or a threshold of zero" }),
    ]),
    config: themes.light,
    datasets: { ratios: ratios.map(roundedPoint) },
    concat: panels,
    columns: study.networks.length,
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}

function verdictText(verdicts: readonly DepthVerdict[], text: string): string {
  const [trained, untrained] = [
    verdicts.map((verdict) => verdict.trained),
    verdicts.map((verdict) => verdict.untrained),
  ];
  return `${text}: ${depthText(trained)}, untrained: ${depthText(untrained)}`;
}

/** Ratios at epoch 0 and at each network's last epoch; over seeds a geometric mean. A zero is marked, not drawn. */
function ratioPoints(study: Study): Point[] {
  const label = labelOf(study);
  const last = new Map<string, number>();
  for (const row of study.depth) last.set(label(row), Math.max(row.epoch, last.get(label(row)) ?? 0));
  const rows = study.depth.filter((row) => row.epoch === 0 || row.epoch === last.get(label(row)));
  const position = new Map(study.networks.map((network, index) => [network.label, index]));
  const sorted = rows.toSorted((a, b) =>
    position.get(label(a))! - position.get(label(b))! ||
    Number(a.definition > b.definition) - Number(b.definition > a.definition) ||
    a.epoch - b.epoch || a.layer - b.layer || a.seed - b.seed
  );
  const groups = groupBy(sorted, (row) => JSON.stringify([label(row), row.definition, row.epoch, row.layer]));
  return groups.map((group) => {
    const [row] = group as [DepthRow];
    const spread = geometricSpread(group.map((entry) => entry.ratio));
    return {
      network: label(row),
      definition: row.definition,
      stage: row.epoch === 0 ? stages[1] : stages[0],
      epoch: row.epoch,
      layer: row.layer,
      ratio: spread.value,
      ...hasBands(study) ? { low: spread.low, high: spread.high } : {},
      // The value, not the ratio, which a threshold of zero has none of.
      ...spread.value === null && group.some((entry) => entry.value === 0) ? { zero: "yes" } : {},
    };
  });
}

function roundedPoint(point: Point): Point {
  const entries = Object.entries(point).map(([field, value]) =>
    [field, typeof value === "number" ? rounded(value) : value] as const
  );
  return { network: point.network, epoch: point.epoch, ...Object.fromEntries(entries) };
}

/** The first layer that counts as collapsed in every seed; null where a seed has none. By CDNV it is beyond the depth. */
function firstCollapsed(verdicts: readonly DepthVerdict[]): number | null {
  const first = verdicts.map(({ trained, definition }) => (trained ?? Infinity) + (definition === "cdnv" ? 1 : 0));
  const last = Math.max(...first);
  return Number.isFinite(last) ? last : null;
}

interface RatioPanel {
  readonly network: string;
  readonly definition: DepthRow["definition"];
  readonly title: Readonly<Record<string, string>>;
  readonly axisTitle: string;
  readonly layers: readonly number[];
  readonly collapsed: number | null;
  readonly axis: LogAxis;
  readonly absence: Absence;
  readonly width: number;
  readonly band: boolean;
  readonly legend: boolean;
  /** Whether the panel is the first of its row and bears the texts of the axis that all share. */
  readonly first: boolean;
}

function panel(options: RatioPanel): Part {
  const x = layerEncoding(options.layers);
  const { scale, axis } = logEncoding(options.axis);
  const y = {
    field: "ratio",
    type: "quantitative",
    title: options.first ? options.axisTitle : "",
    scale,
    axis: options.first ? axis : { ...axis, labelExpr: "' '" },
  };
  const last = options.layers.at(-1) ?? 1;
  const stage = {
    field: "stage",
    type: "nominal",
    scale: { domain: stages, range: [strongColor, faintColor] },
    legend: options.legend ? { title: null, symbolType: "stroke", symbolSize: 200 } : null,
  };
  const dash = {
    field: "stage",
    type: "nominal",
    scale: { domain: stages, range: [[1, 0], [4, 2]] },
    legend: stage.legend,
  };
  const tooltip = [
    { field: "layer", type: "quantitative", title: "Layer" },
    { field: "stage", type: "nominal", title: "Network" },
    { field: "ratio", type: "quantitative", title: "Value / threshold", format: ".3~g" },
  ];
  const shade = options.collapsed === null ? [] : [{
    data: { values: [{ from: options.collapsed - 0.5, to: last + 0.5 }] },
    mark: { type: "rect", style: "shade", tooltip: null },
    encoding: { x: { ...x, field: "from" }, x2: { field: "to" } },
  }];
  const bars = options.band
    ? [{
      mark: { type: "rule", clip: true, tooltip: null, aria: false },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color: stage },
    }]
    : [];
  return {
    title: options.title,
    width: options.width,
    height,
    data: { name: "ratios" },
    transform: [{ filter: { field: "network", equal: options.network } }, {
      filter: { field: "definition", equal: options.definition },
    }],
    layer: [
      ...shade,
      {
        data: { values: [{ threshold: 1 }] },
        mark: { type: "rule", style: "threshold" },
        encoding: { y: { field: "threshold", type: "quantitative" } },
      },
      ...bars,
      { mark: { type: "line", tooltip: null }, encoding: { x, y, color: stage, strokeDash: dash } },
      { mark: { type: "point", filled: true, size: 34, opacity: 1 }, encoding: { x, y, color: stage, tooltip } },
      ...absenceMarks({
        absence: options.absence,
        field: "ratio",
        encoding: { x, y: floorPlace(height), color: stage },
        tooltip: tooltip.slice(0, 2),
      }),
    ],
  };
}
