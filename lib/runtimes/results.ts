import { sizeOf } from "../compile/graph/shape.ts";
import type { NumericArray } from "./program.ts";

/** Outputs of a call by name, filled stretch by stretch. */
export type Results = Record<string, NumericArray<Float32Array | Int32Array>>;

/** Copies values into a result whose first extent counts steps or examples, starting at an index. */
export function collect(
  results: Results,
  name: string,
  values: Float32Array | Int32Array,
  index: number,
  shape: readonly number[],
): void {
  const size = sizeOf(shape);
  // A result in one piece needs no copy.
  if (values.length === size) {
    results[name] = { data: values, shape };
    return;
  }
  results[name] ??= { data: values instanceof Float32Array ? new Float32Array(size) : new Int32Array(size), shape };
  results[name].data.set(values, index * sizeOf(shape.slice(1)));
}
