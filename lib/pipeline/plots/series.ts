import type { PlotProperties } from "../file/pipeline.ts";
import type { Json, Value } from "../value.ts";
import { isMapOf } from "./definitions.ts";
import { lastField, type Point, pointsIn } from "./points.ts";

/** The field of points where nothing else is along x. */
const STEP = "step";
/** Fields that stand for several of different names. */
const [ANY_X, ANY_Y] = ["dvc_inferred_x_value", "dvc_inferred_y_value"];

/** The points of a plot in one revision, and what the two axes are. */
export interface Series {
  /** Each with the fields `rev`, `filename` and `field`; empty where there is nothing to draw. */
  readonly points: readonly Point[];
  /** The field along x. */
  readonly x: string;
  /** The field along y. */
  readonly y: string;
  /** The name of x. */
  readonly xLabel: string;
  /** The name of y. */
  readonly yLabel: string;
  /** Which file and field each line is of; the file without what all have in common. */
  readonly lines: readonly { readonly filename: string; readonly field: string }[];
}

/**
 * The points of a plot, as DVC makes them of its data: a line for each field of each file that `y` names, along the field
 * that `x` names, or the number of the point.
 *
 * @param data by path of the file; those that could not be read are absent
 * @throws {Error} where a field is missing, or x and y do not go together; the message is a sentence
 */
export function seriesOf(
  id: string,
  properties: PlotProperties,
  data: ReadonlyMap<string, Json>,
  revision: string,
): Series | undefined {
  const points = new Map([...data].map(([file, content]) => [file, pointsIn(content)]));
  const { x, y } = axesOf(id, properties, data);
  const [xs, ys] = [fieldsOf(x), fieldsOf(y)];
  for (const [file, field] of [...xs, ...ys]) checkField(points.get(file), field);
  if (xs.length > 1 && xs.length !== ys.length) {
    throw new Error(`x names ${xs.length} fields and y ${ys.length}; expected one x for all, or one for each y`);
  }
  const differentX = xs.length > 1 && new Set(xs.map(([, field]) => field)).size > 1;
  const xField = differentX ? ANY_X! : xs[0]?.[1] ?? STEP;
  const yFields = new Set(ys.map(([, field]) => field));
  const yField = yFields.size > 1 ? ANY_Y! : [...yFields][0];
  const shared = sharedFolder(ys.map(([file]) => file));
  const found = ys.flatMap(([file, field], index): Point[] => {
    const along = xs.length > 1 ? xs[index] : xs[0];
    const own = points.get(file) ?? [];
    const source = along === undefined ? undefined : points.get(along[0]) ?? [];
    if (source !== undefined && source.length !== own.length) {
      throw new Error(`${along![1]} of ${along![0]} and ${field} of ${file} are not of the same length`);
    }
    return own.map((point, step): Point => ({
      ...point,
      ...(yField === ANY_Y && field in point && { [ANY_Y]: point[field]! }),
      ...(source === undefined
        ? { [STEP]: step }
        : along![1] in source[step]! && { [xField]: source[step]![along![1]]! }),
      rev: revision,
      filename: file.slice(shared).replace(/^[/\\]+|[/\\]+$/g, ""),
      field,
    }));
  });
  if (found.length === 0 || yField === undefined) return undefined;
  return {
    points: found,
    x: xField,
    y: yField,
    xLabel: labelOf(properties.x_label, x, "x") ?? STEP,
    yLabel: labelOf(properties.y_label, y, "y") ?? "y",
    lines: ys.map(([file, field]) => ({ filename: file.slice(shared).replace(/^[/\\]+|[/\\]+$/g, ""), field })),
  };
}

/** `x` and `y` as maps of fields by file. */
function axesOf(
  id: string,
  { x, y }: PlotProperties,
  data: ReadonlyMap<string, Json>,
): { x: Value | undefined; y: Value | undefined } {
  const content = data.get(id);
  const last = content === undefined ? undefined : lastField(content);
  const ys = isMapOf(y)
    ? y
    : y !== undefined && y !== null
    ? { [id]: y }
    : last === undefined
    ? undefined
    : { [id]: last };
  if (typeof x !== "string") return { x, y: ys };
  // One x for each y, of its own file.
  const files = isMapOf(y) ? Object.entries(y) : [[id, ""] as const];
  return {
    x: Object.fromEntries(files.map(([file, fields]) => [file, Array.isArray(fields) ? fields.map(() => x) : x])),
    y: ys,
  };
}

/** File and field, one by one. */
function fieldsOf(axis: Value | undefined): (readonly [file: string, field: string])[] {
  if (!isMapOf(axis)) return [];
  return Object.entries(axis).flatMap(([file, fields]) =>
    (Array.isArray(fields) ? fields : [fields]).filter((field) => typeof field === "string").map((field) =>
      [file, field] as const
    )
  );
}

function checkField(points: readonly Point[] | undefined, field: string): void {
  const [first] = points ?? [];
  if (first === undefined || field in first) return;
  throw new Error(`there is no field ${field}; expected one of ${Object.keys(first).join(", ")}`);
}

function labelOf(given: Value | undefined, axis: Value | undefined, several: string): string | undefined {
  if (typeof given === "string") return given;
  if (!isMapOf(axis)) return undefined;
  const fields = new Set(fieldsOf(axis).map(([, field]) => field));
  return fields.size === 1 ? [...fields][0] : several;
}

/** How much of the paths of several files is a folder that they share. */
function sharedFolder(files: readonly string[]): number {
  const paths = [...new Set(files)].map((file) => file.split("/"));
  if (paths.length < 2) return 0;
  const [first] = paths;
  let length = 0;
  while (length < first!.length && paths.every((path) => path[length] === first![length])) length++;
  return first!.slice(0, length).join("/").length;
}
