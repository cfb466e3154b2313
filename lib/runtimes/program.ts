export { type DoubleFunction, type DoubleResult, type HostArray } from "../compile/double.ts";
export type { BodyInputs, BodyOutputs, ExampleSpec, Program, Tensors, TensorSpec } from "../compile/program.ts";

/** Numbers in memory. */
export type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Numbers that a program gives. */
export type ResultData = Float32Array | Float64Array | Int32Array;

/** An array with its shape. */
export interface NumericArray<T extends Data = Data> {
  /** Values, the last extent fastest. */
  readonly data: T;
  /** Extents, outermost first. */
  readonly shape: readonly number[];
}

/** What one call of an {@linkcode Executable} gets. */
export interface RunInputs {
  /** Whole data sets, `[count, ...shape]`, as flat arrays. */
  readonly examples: Readonly<Record<string, Data>>;
  /** Indices of the examples in the order of visit; the last batch may be smaller than the rest. */
  readonly order: Int32Array;
  /** A value a step. */
  readonly scalars?: Readonly<Record<string, Float32Array>>;
  /** Each constant, flat. */
  readonly constants?: Readonly<Record<string, Float32Array | Int32Array>>;
  /** Each of the program's doubles, flat. */
  readonly doubles?: Readonly<Record<string, Float64Array>>;
  /** The state before the first step, flat. */
  readonly state?: Readonly<Record<string, Float32Array | Int32Array>>;
}

/** What one call of an {@linkcode Executable} returns. */
export interface RunOutputs {
  /** The state after the last step, flat. */
  readonly state: Readonly<Record<string, Float32Array | Int32Array>>;
  /** A value a step, `[steps, ...shape]`. */
  readonly steps: Readonly<Record<string, NumericArray<ResultData>>>;
  /** A row an example, `[examples, ...shape]`, in the order of visit. */
  readonly rows: Readonly<Record<string, NumericArray<ResultData>>>;
}
