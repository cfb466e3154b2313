import * as tf from "@tensorflow/tfjs";
import { topologicalOrder } from "../compile/graph/graph.ts";
import { bytesOf, placeOf } from "../compile/graph/liveness.ts";
import { traceProgram } from "../compile/trace/trace.ts";
import { inTurn } from "../compile/trace/turn.ts";
import { eagerRuntime } from "./eager.ts";
import type { Runtime } from "./runtime.ts";

/** Plain TensorFlow.js, eager and single-threaded: slow, and the reference that the other runtimes are tested against. */
export const cpuRuntime: Runtime = {
  ...eagerRuntime({
    name: "cpu",
    backend: "cpu",
    prepare(): void {
      const backend = tf.findBackend("cpu") as tf.KernelBackend & { firstUse?: boolean };
      // Otherwise its first operation prints an advertisement for tfjs-node into the stage's log.
      backend.firstUse = false;
    },
  }),
  async memory(program, batches) {
    const { outputs } = await inTurn(() => traceProgram(program, Math.max(...batches)));
    // TensorFlow.js keeps all that a step computes until its end.
    const places = topologicalOrder(outputs.map(({ node }) => node)).filter((node) => placeOf(node) === node);
    return places.reduce((sum, node) => sum + bytesOf(node), 0);
  },
};
