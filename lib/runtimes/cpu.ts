import * as tf from "@tensorflow/tfjs";
import { eagerRuntime } from "./eager.ts";
import type { Runtime } from "./runtime.ts";

/** Plain TensorFlow.js, eager and single-threaded: slow, and the reference that the other runtimes are tested against. */
export const cpuRuntime: Runtime = eagerRuntime({
  name: "cpu",
  backend: "cpu",
  prepare(): void {
    const backend = tf.findBackend("cpu") as tf.KernelBackend & { firstUse?: boolean };
    // Otherwise its first operation prints an advertisement for tfjs-node into the stage's log.
    backend.firstUse = false;
  },
});
