import { caption, cutNote, type FigureOptions, seedsNote } from "./caption.ts";
import { faintColor, strongColor } from "./colors.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { type LogAxis, logAxis } from "./panels/domains.ts";
import { type Absence, absenceMarks, absenceNotes, absenceOf, floorPlace } from "./panels/floor_marks.ts";
import { bareAxis, cdnvAxis, columnWidth, layerEncoding } from "./panels/panel_axes.ts";
import { cdnvPoints, hasBands, layersOf, type Point, valuesAndIntervals } from "./study/series.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const height = 220;

const sets = { train: "train set", test: "test set" } as const;

/** Whether every network was measured after one epoch only, so that there is nothing to draw over epochs. */
export function isMeasuredOnce(study: Study): boolean {
  const epochs = Map.groupBy(cdnvPoints(study, "train"), ({ network }) => network);
  return [...epochs.values()].every((points) => new Set(points.map(({ epoch }) => epoch)).size === 1);
}

/**
 * The CDNV of each layer on the train and the test set, a column a network, on a log axis that all share: for networks that
 * were measured once, as one that was trained elsewhere.
 *
 * @throws Error where the study has no CDNV
 */
export function layerProfile(study: Study, options: FigureOptions = {}): Figure {
  const profile: Point[] = (["train", "test"] as const).flatMap((split) =>
    cdnvPoints(study, split).map((point) => ({ ...point, set: sets[split] }))
  );
  if (profile.length === 0) throw new Error("The tables hold no CDNV, which this figure shows");
  const axis = logAxis(valuesAndIntervals(profile, "cdnv"));
  const absence = absenceOf(profile, "cdnv");
  const width = columnWidth(study.networks.length, 24);
  const bands = hasBands(study);
  const panels = study.networks.map(({ label }, index) => {
    const last = index === study.networks.length - 1;
    const shared = { axis, absence, width, bands };
    return panel({ ...shared, network: label, layers: layersOf(profile, label), first: index === 0, last });
  });
  return {
    $schema: grammar,
    description: "Line charts, one a network: the class-distance normalized variance (CDNV) of each layer, on a log " +
      "axis, on the train and on the test set.",
    title: caption(study, "CDNV of each layer", options, [
      seedsNote(study, "curves: geometric mean", "bars"),
      cutNote(profile, axis, "bars"),
      ...absenceNotes(absence, { bands }),
    ]),
    config: themes.light,
    datasets: { profile },
    concat: panels,
    columns: study.networks.length,
    spacing: { column: 18 },
    resolve: { scale: { color: "independent", strokeDash: "independent" } },
  };
}

interface Panel {
  readonly network: string;
  readonly layers: readonly number[];
  readonly axis: LogAxis;
  readonly absence: Absence;
  readonly width: number;
  readonly bands: boolean;
  /** Whether it bears the texts of the axis that all share. */
  readonly first: boolean;
  /** Whether it bears the legend. */
  readonly last: boolean;
}

function panel({ network, layers, axis, absence, width, bands, first, last }: Panel): Part {
  const value = cdnvAxis("CDNV", axis);
  const { title, scale, axis: ticks, format } = first ? value : bareAxis(value);
  const x = layerEncoding(layers);
  const y = { field: "cdnv", type: "quantitative", title, scale, axis: ticks };
  const legend = last ? { title: null, symbolType: "stroke", symbolSize: 200 } : null;
  const of = (range: readonly unknown[]) => {
    return { field: "set", type: "nominal", scale: { domain: Object.values(sets), range }, legend };
  };
  const color = of([strongColor, faintColor]);
  const strokeDash = of([[1, 0], [4, 2]]);
  const tooltip = [
    { field: "layer", type: "quantitative", title: "Layer" },
    { field: "set", type: "nominal", title: "Images" },
    { field: "cdnv", type: "quantitative", title: "CDNV", format },
  ];
  const bars = {
    mark: { type: "rule", clip: true, tooltip: null, aria: false },
    encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
  };
  return {
    title: network,
    width,
    height,
    data: { name: "profile" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      ...bands ? [bars] : [],
      { mark: { type: "line", tooltip: null }, encoding: { x, y, color, strokeDash } },
      { mark: { type: "point", filled: true, size: 34, opacity: 1 }, encoding: { x, y, color, tooltip } },
      ...absenceMarks({
        absence,
        field: "cdnv",
        encoding: { x, y: floorPlace(height), color },
        tooltip: tooltip.slice(0, 2),
      }),
    ],
  };
}
