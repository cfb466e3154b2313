import { sizeOf } from "../compile/graph/shape.ts";
import type { NumericArray, ResultData } from "./program.ts";

/** Outputs of a call by name, filled stretch by stretch. */
export type Results = Record<string, NumericArray<ResultData>>;

/** Copies values into a result whose first extent counts steps or examples, starting at an index. */
export function collect(
  results: Results,
  name: string,
  values: ResultData,
  index: number,
  shape: readonly number[],
): void {
  const size = sizeOf(shape);
  // A result in one piece needs no copy.
  if (values.length === size) {
    results[name] = { data: values, shape };
    return;
  }
  results[name] ??= { data: emptyLike(values, size), shape };
  results[name].data.set(values, index * sizeOf(shape.slice(1)));
}

function emptyLike(values: ResultData, size: number): ResultData {
  if (values instanceof Float64Array) return new Float64Array(size);
  return values instanceof Float32Array ? new Float32Array(size) : new Int32Array(size);
}
