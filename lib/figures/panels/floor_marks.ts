import type { Part } from "../figure.ts";
import type { Point } from "../study/series.ts";

/** What a log axis has no place for among the points of a figure. */
export interface Absence {
  /** Whether a value is exactly zero, which is measured and a result. */
  readonly zeros: boolean;
  /** Whether a value is missing. */
  readonly missing: boolean;
}

/** What the points lack in a field: a point of a zero bears `zero: "yes"` and null in the field. */
export function absenceOf(points: readonly Point[], field: string): Absence {
  return {
    zeros: points.some(({ zero }) => zero === "yes"),
    missing: points.some((point) => point[field] === null && point.zero !== "yes"),
  };
}

/** What a caption says of the marks, each where there are any. */
export function absenceNotes(
  { zeros, missing }: Absence,
  { bands, floor = true, reason = "a class without images, or class means that coincide" }: {
    /** Whether points are means over seeds. */
    readonly bands: boolean;
    /** Whether the marks stand on the floor of an axis. */
    readonly floor?: boolean;
    /** Why a value may be missing. */
    readonly reason?: string;
  },
): (string | false)[] {
  const place = floor ? " on the floor" : "";
  return [
    zeros && `triangles${place}: exactly zero${bands ? " in a seed" : ""}`,
    missing && `crosses${place}: not measurable (${reason})`,
  ];
}

/** Where and how the marks are drawn. */
export interface AbsenceMarks {
  /** Which kinds there are to draw. */
  readonly absence: Absence;
  /** The field that lacks a value. */
  readonly field: string;
  /** What chooses the points, where the panel does not. */
  readonly transform?: readonly Part[];
  /** The position and what else the marks share with the points. */
  readonly encoding: Part;
  /** Above the texts that say which of the two a mark is. */
  readonly tooltip: readonly Part[];
}

/** A triangle for each value of zero, and a cross for each that is missing. */
export function absenceMarks({ absence, field, transform = [], encoding, tooltip }: AbsenceMarks): Part[] {
  const mark = (shape: string, test: string, text: string): Part => ({
    transform: [...transform, { filter: test }, { calculate: `'${text}'`, as: "absence" }],
    mark: { type: "point", shape, size: 42, filled: false, opacity: 1, style: "absent" },
    encoding: { ...encoding, tooltip: [...tooltip, { field: "absence", type: "nominal", title: "Value" }] },
  });
  return [
    ...absence.zeros ? [mark("triangle-down", "datum.zero === 'yes'", "exactly zero")] : [],
    ...absence.missing
      ? [mark("cross", `!isValid(datum[${JSON.stringify(field)}]) && datum.zero !== 'yes'`, "not measurable")]
      : [],
  ];
}

/** The vertical place of marks on the floor of a panel of so many pixels. */
export function floorPlace(height: number): Part {
  return { value: height - 6 };
}
