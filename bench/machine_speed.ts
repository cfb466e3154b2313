/**
 * What a machine does at best, measured on one thread: matrix products, and traffic with memory.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import type { Program } from "../lib/runtimes/program.ts";

/** Milliseconds that work takes at least, measured anew by every call. */
export interface MachineSpeed extends AsyncDisposable {
  /** So many multiplications, each with an addition, at the speed at which ONNX Runtime multiplies matrices of 512 x 512. */
  products(multiplications: number): Promise<number>;
  /** Reading and writing so many bytes at the speed of a copy too large for caches. */
  traffic(bytes: number): number;
}

/** Compiles what is measured. */
export async function machineSpeed(): Promise<MachineSpeed> {
  const square = await onnxRuntime.compile(squareProgram, { batch: 1 });
  // Beyond any cache. Not all zeros, whose pages might be one.
  const source = new Float32Array(2 ** 26).fill(1);
  const copied = new Float32Array(source.length).fill(2);
  return {
    async products(multiplications) {
      const start = performance.now();
      await square.run(squareInputs);
      return (performance.now() - start) / (squareInputs.order.length * size ** 3) * multiplications;
    },
    traffic(bytes) {
      const start = performance.now();
      copied.set(source);
      return (performance.now() - start) / (2 * source.byteLength) * bytes;
    },
    async [Symbol.asyncDispose]() {
      await square.dispose();
    },
  };
}

const size = 512;

const matrix = { shape: [size, size], dtype: "float32" } as const;
/** The product of two square matrices, each step's the factor of the next. */
const squareProgram: Program = {
  name: "products",
  examples: {},
  scalars: [],
  constants: { right: matrix },
  state: { left: matrix },
  body: ({ constants, state }) => {
    return { state: { left: tf.matMul(state.left as tf.Tensor2D, constants.right as tf.Tensor2D) } };
  },
};
const constant = () => new Float32Array(size * size).fill(1 / size);
const squareInputs = {
  examples: {},
  order: new Int32Array(50),
  constants: { right: constant() },
  state: { left: constant() },
};
