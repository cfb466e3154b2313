import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import type { Program } from "../../lib/runtimes/program.ts";

/** Adds to a number; says on which backends its body began and ended. */
const sum = (seen: string[]): Program => ({
  name: "sum",
  examples: {},
  scalars: [],
  constants: {},
  state: { sum: { shape: [], dtype: "float32" } },
  body: ({ state }) => {
    const before = tf.getBackend();
    // The first such call of a process has Deno load a global, GPUBuffer, and lets whatever waits go on meanwhile.
    const sum = tf.add(state.sum!, 1);
    seen.push(`${before}, ${tf.getBackend()}`);
    return { state: { sum }, steps: { sum } };
  },
});

// The only test of this file, since its first call has to be the first of a process.
Deno.test("runtimes that compile and run at once leave each other's backend alone", async () => {
  const seen: Record<string, string[]> = { cpu: [], onnx: [] };
  const inputs = { examples: {}, order: new Int32Array(3), state: { sum: Float32Array.of(0) } };
  const outputs = await Promise.all([cpuRuntime, onnxRuntime].map(async (runtime) => {
    const executable = await runtime.compile(sum(seen[runtime.name]!), { batch: 1 });
    const outputs = await executable.run(inputs);
    await executable.dispose();
    return outputs;
  }));
  for (const { state, steps } of outputs) {
    assert.equal(state.sum![0], 3);
    assert.deepEqual([...steps.sum!.data], [1, 2, 3]);
  }
  assert.deepEqual(new Set(seen.cpu), new Set(["cpu, cpu"]));
  assert.deepEqual(new Set(seen.onnx), new Set(["mindepth-trace, mindepth-trace"]));
});
