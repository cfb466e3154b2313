import { caption, type FigureOptions } from "./caption.ts";
import { type Figure, grammar, type Part } from "./figure.ts";
import { type LogAxis, logAxis } from "./panels/domains.ts";
import { type Absence, absenceMarks, absenceNotes, absenceOf } from "./panels/floor_marks.ts";
import { columnWidth } from "./panels/panel_axes.ts";
import { geometricSpread, groupBy, rounded } from "./study/seeds.ts";
import { hasBands, labelOf, lastPairEpochs, numbersOf, type Point } from "./study/series.ts";
import type { PairRow } from "./study/rows.ts";
import type { Study } from "./study/study.ts";
import { themes } from "./theme.ts";

const panelsInRow = 4;

/**
 * Which classes are not yet apart: CDNV of every pair of classes in the last layer on the train set after the last measured
 * epoch, a matrix a network, on one logarithmic scale of colours. CDNV is the mean of these.
 *
 * @throws Error where the study has no pairs of classes
 */
export function classPairs(study: Study, options: FigureOptions = {}): Figure {
  const points = pairPoints(study);
  if (points.length === 0) throw new Error("The tables hold no pairs of classes, which this figure shows");
  const absence = absenceOf(points, "cdnv");
  const axis = logAxis(numbersOf(points, ["cdnv"]));
  return {
    $schema: grammar,
    description:
      "Matrices, one a network: the CDNV of each pair of classes in the last layer on the train set after training, " +
      `as a colour on a log scale. ${study.networks.map(({ label }) => worst(label, points)).join("; ")}.`,
    title: caption(study, "CDNV of each pair of classes in the last layer", options, [
      "train set, after the last measured epoch; the lighter, the less apart",
      hasBands(study) && "geometric mean over seeds",
      ...absenceNotes(absence, { bands: hasBands(study), floor: false }),
    ]),
    config: themes.light,
    datasets: { pairs: points },
    concat: study.networks.map(({ label }, index) =>
      panel({
        network: label,
        axis,
        absence,
        size: columnWidth(Math.min(panelsInRow, study.networks.length), 40),
        first: index % panelsInRow === 0,
        legend: index === Math.min(panelsInRow, study.networks.length) - 1,
      })
    ),
    columns: Math.min(panelsInRow, study.networks.length),
    spacing: { row: 22, column: 18 },
    resolve: { scale: { color: "independent" } },
  };
}

/** Both halves of the matrix of each network. */
function pairPoints(study: Study): Point[] {
  const label = labelOf(study);
  const last = lastPairEpochs(study);
  const rows = study.pairs.filter((row) => row.epoch === last.get(label(row)) && row.layer === row.depth);
  return groupBy(rows, (row) => JSON.stringify([label(row), row.class, row.otherClass])).flatMap((group) => {
    const [row] = group as [PairRow];
    const { value, zero } = geometricSpread(group.map((entry) => entry.cdnv));
    const measured = { cdnv: rounded(value), ...value === null && zero ? { zero: "yes" } : {} };
    const point = (first: number, second: number) => {
      return { network: label(row), epoch: row.epoch, class: first, other: second, ...measured };
    };
    return [point(row.class, row.otherClass), point(row.otherClass, row.class)];
  });
}

/** For readers who do not see the figure: the pair that is least apart. */
function worst(network: string, points: readonly Point[]): string {
  const own = points.filter((point) => point.network === network && point.cdnv !== null);
  const [first] = own.toSorted((a, b) => Number(b.cdnv) - Number(a.cdnv));
  if (first === undefined) {
    const zeros = points.some((point) => point.network === network && point.zero === "yes");
    return `${network}: ${zeros ? "exactly zero where it is measurable" : "not measurable"}`;
  }
  return `${network}: least apart are the classes ${first.class} and ${first.other}, at ${
    Number(first.cdnv).toPrecision(2)
  }`;
}

interface PairPanel {
  readonly network: string;
  readonly axis: LogAxis;
  /** What the scale of colours cannot show. */
  readonly absence: Absence;
  /** Pixels of the width, and of the height. */
  readonly size: number;
  /** Whether the panel stands first in its row and bears the axis' title. */
  readonly first: boolean;
  readonly legend: boolean;
}

function panel({ network, axis, absence, size, first, legend }: PairPanel): Part {
  const tooltip = [
    { field: "class", type: "ordinal", title: "Class" },
    { field: "other", type: "ordinal", title: "and class" },
    { field: "cdnv", type: "quantitative", title: "CDNV", format: ".3~g" },
  ];
  const place = { type: "ordinal", axis: { labelAngle: 0, labelOverlap: true } };
  const x = { ...place, field: "other", title: "Class" };
  const y = { ...place, field: "class", title: first ? "Class" : "" };
  return {
    title: network,
    width: size,
    height: size,
    data: { name: "pairs" },
    transform: [{ filter: { field: "network", equal: network } }],
    layer: [
      {
        transform: [{ filter: "isValid(datum.cdnv)" }],
        mark: { type: "rect" },
        encoding: {
          x,
          y,
          color: {
            field: "cdnv",
            type: "quantitative",
            scale: { type: "log", scheme: "viridis", domain: axis.domain, nice: false },
            legend: legend
              ? { title: "CDNV", values: axis.ticks, labelExpr: axis.labels, gradientLength: 160, labelOverlap: false }
              : null,
          },
          tooltip,
        },
      },
      ...absenceMarks({ absence, field: "cdnv", encoding: { x, y }, tooltip: tooltip.slice(0, 2) }),
    ],
  };
}
