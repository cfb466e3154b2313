import type { Tensor } from "@tensorflow/tfjs";
import type { Node } from "./graph/node.ts";

/** Values on the host, the last extent fastest. */
export interface HostArray {
  /** The values. */
  readonly data: Float32Array | Float64Array | Int32Array;
  /** Extents, outermost first. */
  readonly shape: readonly number[];
}

/**
 * A function that is computed in float64, which TensorFlow.js does not have, so a body cannot write it in its API: as nodes of a
 * graph where a program is compiled, on the host where it runs eagerly. Both give the same but for the order of their sums.
 */
export interface DoubleFunction {
  /** For messages. */
  readonly name: string;
  /** The result as a node, `float64` or `int32`. */
  readonly nodes: (...inputs: readonly Node[]) => Node;
  /** The result of values. */
  readonly host: (...inputs: readonly HostArray[]) => HostArray;
}

/** A {@linkcode DoubleFunction} applied in a step: one of the body's outputs. */
export interface DoubleResult {
  /** What is computed. */
  readonly apply: DoubleFunction;
  /** Of what: tensors of the step, and the program's `doubles` by their names. */
  readonly to: readonly (Tensor | string)[];
}

/** Whether an output of a body is computed in float64. */
export function isDoubleResult(output: Tensor | DoubleResult): output is DoubleResult {
  return "apply" in output;
}
