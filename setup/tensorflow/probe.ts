/**
 * Trains nothing, but computes: fails where TensorFlow in a folder cannot be loaded or is wrong. Loads the npm package, so
 * that it is in Deno's cache afterwards.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { tensorflowIn } from "../../lib/runtimes/tensorflow.ts";

const executable = await tensorflowIn(Deno.args[0]!).compile({
  name: "sum",
  examples: {},
  scalars: [],
  constants: {},
  state: { sum: { shape: [], dtype: "float32" } },
  body: ({ state }) => ({ state: { sum: tf.add(state.sum!, 1) } }),
}, { batch: 1 });
const { state } = await executable.run({ examples: {}, order: new Int32Array(3), state: { sum: Float32Array.of(0) } });
if (state.sum![0] !== 3) throw new Error(`TensorFlow says that three times one is ${state.sum![0]}`);
const { isUsingGpuDevice } = tf.backend() as tf.KernelBackend & { readonly isUsingGpuDevice: boolean };
console.log(isUsingGpuDevice ? "a GPU" : "the CPU");
