import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Program } from "../../lib/runtimes/program.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";

/** Counts and sums what it sees: every kind of input and output, checkable by hand. */
const tally: Program = {
  name: "tally",
  examples: { pixels: { shape: [2], dtype: "uint8" }, labels: { shape: [], dtype: "int32" } },
  scalars: ["factor"],
  constants: { offset: { shape: [2], dtype: "float32" } },
  state: { total: { shape: [2], dtype: "float32" }, same: { shape: [], dtype: "int32" } },
  body: ({ examples, scalars, constants, state }) => {
    const values = tf.add(tf.mul(tf.cast(examples.pixels!, "float32"), scalars.factor!), constants.offset!);
    return {
      state: { total: tf.add(state.total!, tf.sum(values, 0)), same: state.same! },
      steps: { largest: tf.max(examples.labels!) },
      rows: { values, labels: examples.labels! },
    };
  },
};
const inputs = {
  examples: { pixels: Uint8Array.of(1, 2, 3, 4, 250, 251), labels: Int32Array.of(7, 8, 9) },
  order: Int32Array.of(2, 0, 1),
  scalars: { factor: Float32Array.of(1, 10) },
  constants: { offset: Float32Array.of(0, 0.5) },
  state: { total: Float32Array.of(100, 200), same: Int32Array.of(5) },
};

Deno.test("cpuRuntime loops over batches by the order, a smaller last one included", async () => {
  const executable = await cpuRuntime.compile(tally, { batch: 2 });
  assert.deepEqual(await executable.run(inputs), {
    state: { total: Float32Array.of(100 + 250 + 1 + 30, 200 + 251.5 + 2.5 + 40.5), same: Int32Array.of(5) },
    steps: { largest: { data: Int32Array.of(9, 8), shape: [2] } },
    rows: {
      values: { data: Float32Array.of(250, 251.5, 1, 2.5, 30, 40.5), shape: [3, 2] },
      labels: { data: Int32Array.of(9, 7, 8), shape: [3] },
    },
  });
});

Deno.test("cpuRuntime leaves no tensors behind and the caller's arrays as they were", async () => {
  const executable = await cpuRuntime.compile(tally, { batch: 2 });
  await executable.run(inputs);
  const before = tf.memory().numTensors;
  await executable.run(inputs);
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(inputs.state.total, Float32Array.of(100, 200));
});

Deno.test("cpuRuntime names what does not fit the program", async () => {
  const executable = await cpuRuntime.compile(tally, { batch: 2 });
  const cases: [Partial<typeof inputs> | Record<string, unknown>, RegExp][] = [
    [{ order: Int32Array.of(3) }, /^Error: tally: the order holds index 3, but there are 3 examples$/],
    [{ order: Int32Array.of() }, /^Error: tally: the order of examples is empty/],
    [
      { scalars: { factor: Float32Array.of(1) } },
      /^Error: tally: scalar "factor" has 1 values, but there are 2 steps$/,
    ],
    [{ scalars: {} }, /^Error: tally: scalar "factor" is missing$/],
    [
      { constants: { offset: Float32Array.of(1) } },
      /constant "offset" is float32 with 1 values; it was declared float32\[2\]$/,
    ],
    [{ state: { ...inputs.state, more: Float32Array.of(1) } }, /state "more" is not declared; declared: total, same$/],
    [
      { examples: { ...inputs.examples, labels: Int32Array.of(1) } },
      /"labels" have 1 values, which is 1 examples, but another/,
    ],
    [{ examples: { ...inputs.examples, pixels: Uint8Array.of(1) } }, /no multiple of the 2 values of one example$/],
    [
      { examples: { ...inputs.examples, pixels: Int32Array.of(1) } },
      /examples "pixels" are int32; they were declared uint8$/,
    ],
  ];
  for (const [change, message] of cases) {
    await assert.rejects(() => executable.run({ ...inputs, ...change } as typeof inputs), message);
  }
});

Deno.test("cpuRuntime names what a body may not draw, and what it returned and was not declared", async () => {
  const cases: [Program["body"], RegExp][] = [
    [
      ({ state }) => ({ state: { total: tf.sum(state.total!), same: state.same! } }),
      /state "total" as float32\[\]; it was declared float32\[2\]$/,
    ],
    [
      ({ state }) => ({ state, steps: { flag: tf.greater(state.total!, 0) } }),
      /step output "flag" is bool; cast it to float32 or int32$/,
    ],
    [
      ({ state }) => ({ state, rows: { total: tf.ones([3]) } }),
      /row output "total" has shape \[3\]; its first extent must be the batch, 2$/,
    ],
    [({ state }) => ({ state: { same: state.same! } }), /state "total" is missing$/],
    [
      ({ state }) => ({ state: { ...state, total: tf.dropout(state.total!, 0.5) } }),
      /draws random numbers at .*cpu_test/,
    ],
  ];
  for (const [body, message] of cases) {
    const executable = await cpuRuntime.compile({ ...tally, body }, { batch: 2 });
    await assert.rejects(() => executable.run(inputs), message);
  }
});
