import type { Part } from "../figure.ts";

/** The encodings that the marks of a panel of estimates share. */
export interface EstimateEncodings {
  /** The direction in which values lie. */
  readonly along: "x" | "y";
  /** The encoding of values: scale and axis, without a field. */
  readonly value: Part;
  /** The encodings of the other direction, by channel. */
  readonly place: Part;
  /** The encoding of colours. */
  readonly color: Part;
  /** The encoding of the shapes of points. */
  readonly shape?: Part;
  /** What a pointer reads. */
  readonly tooltip: readonly Part[];
}

/** The triangles at the ends of bars that are cut off. */
const arrows = {
  x: { low: "triangle-left", high: "triangle-right" },
  y: { low: "triangle-down", high: "triangle-up" },
} as const;

/**
 * Layers of a mean as a point, hollow where it is of one seed, its interval as a bar, and a triangle where the bar is cut off.
 * The data are rows with the fields of an estimate as shown, and the number of `seeds`.
 */
export function estimateMarks({ along, value, place, color, shape, tooltip }: EstimateEncodings): Part[] {
  const at = (field: string) => ({ ...place, [along]: { ...value, field }, color });
  const arrow = (end: "low" | "high") => ({
    transform: [{ filter: { field: "cut", oneOf: [end, "both"] } }],
    mark: { type: "point", filled: true, size: 40, opacity: 1, shape: arrows[along][end], tooltip: null, aria: false },
    encoding: at(end),
  });
  const point = (filled: boolean) => ({
    transform: [{ filter: `isValid(datum.estimate) && datum.seeds ${filled ? ">" : "==="} 1` }],
    mark: { type: "point", filled, size: filled ? 52 : 44, opacity: 1, strokeWidth: 1.6 },
    encoding: { ...at("estimate"), ...shape === undefined ? {} : { shape }, tooltip },
  });
  return [
    {
      transform: [{ filter: "isValid(datum.low)" }],
      mark: { type: "rule", strokeWidth: 1.6, tooltip: null, aria: false },
      encoding: { ...at("low"), [`${along}2`]: { field: "high" } },
    },
    arrow("low"),
    arrow("high"),
    point(true),
    point(false),
  ];
}
