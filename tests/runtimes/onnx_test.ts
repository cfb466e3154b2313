import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import type { Program, RunOutputs } from "../../lib/runtimes/program.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { Random } from "../../lib/nn/random.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram as modelTraining } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { mlp, trainingInputs, trainingProgram } from "../compile/support/network.ts";
import { assertSameLosses, batch, networks, visits } from "./agreement.ts";

function digest(outputs: RunOutputs): string {
  const hash = createHash("sha256");
  const arrays = [...Object.values(outputs.steps), ...Object.values(outputs.rows)].map(({ data }) => data);
  for (const data of [...Object.values(outputs.state), ...arrays]) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

for (const network of networks) {
  for (const last of [batch, 5]) {
    const name = `onnxRuntime gives the losses of ${network.name} that cpu gives, last batch ${last}`;
    Deno.test(name, () => assertSameLosses(onnxRuntime, network, last));
  }
}

// The first has batches smaller than its layers are wide, the second a last batch that is: where threads would split columns.
for (const [images, width] of [[64, 100], [128, 100], [128, 160]] as const) {
  Deno.test(`onnxRuntime gives the same bytes in every run, session and number of threads, ${images} by ${width}`, async () => {
    const network = mlp({ image: [28, 28, 1], widths: [width, width], classes: 10, batchNorm: true });
    const inputs = trainingInputs(network, 500, visits(4 * images + 40, 500), images);
    const digests = new Set<string>();
    for (const threads of [1, 1, 2, 3]) {
      const executable = await onnxRuntime.compile(trainingProgram(network), { batch: images, threads });
      for (let repetition = 0; repetition < 2; repetition++) digests.add(digest(await executable.run(inputs)));
      await executable.dispose();
    }
    assert.equal(digests.size, 1);
  });
}

// Deep layers of few places have products with fewer rows than columns.
Deno.test("onnxRuntime gives the same bytes with any number of threads, for convolutions by minimal filtering", async () => {
  const model = buildModel(modelParameter.parse({ kind: "convnet", depth: 3, width: 160 }), [16, 16, 3], 10);
  const program = modelTraining(
    model,
    { mean: [0.5, 0.5, 0.5], deviation: [0.3, 0.3, 0.3] },
    optimizerParameter.parse({ lr: 0.1 }),
  );
  const random = new Random(0, "test");
  const [images, pixels] = [48, 768];
  const state = Object.fromEntries(
    Object.entries(program.state).map(([name, { shape }]) => {
      return [
        name,
        initialVariables(model, 0)[name] ?? new Float32Array(shape.reduce((size, extent) => size * extent, 1)),
      ];
    }),
  );
  const inputs = {
    examples: {
      images: Uint8Array.from({ length: images * pixels }, () => random.integer(256)),
      labels: Int32Array.from({ length: images }, () => random.integer(10)),
    },
    order: random.permutation(images),
    scalars: { learningRate: Float32Array.of(0.1, 0.1) },
    state,
  };
  const digests = new Set<string>();
  for (const threads of [1, 3]) {
    const executable = await onnxRuntime.compile(program, { batch: 24, threads });
    digests.add(digest(await executable.run(inputs)));
    await executable.dispose();
  }
  assert.equal(digests.size, 1);
});

Deno.test("onnxRuntime leaves the arithmetic of its thread as it was", async () => {
  const executable = await onnxRuntime.compile(trainingProgram(networks[0]!), { batch });
  await executable.dispose();
  // ONNX Runtime's set_denormal_as_zero would make doubles like these 0, too.
  assert.ok([1e-310, Number.MIN_VALUE].every((value) => value > 0));
});

Deno.test("onnxRuntime joins rows that it computed in several calls", async () => {
  const size = 70_000;
  const program: Program = {
    name: "large rows",
    examples: { values: { shape: [], dtype: "float32" } },
    scalars: ["step"],
    constants: {},
    state: { sum: { shape: [], dtype: "float32" } },
    body: ({ examples, scalars, state }) => {
      const column = tf.reshape(examples.values!, [-1, 1]);
      return {
        state: { sum: tf.add(state.sum!, tf.sum(column)) },
        steps: { step: scalars.step! },
        rows: { wide: tf.tile(column, [1, size]) },
      };
    },
  };
  const executable = await onnxRuntime.compile(program, { batch: 128 });
  const count = 128 * 3 + 5;
  const outputs = await executable.run({
    examples: { values: Float32Array.from({ length: count }, (_, index) => index) },
    order: Int32Array.from({ length: count }, (_, index) => count - 1 - index),
    scalars: { step: Float32Array.of(1, 2, 3, 4) },
    state: { sum: Float32Array.of(0) },
  });
  await executable.dispose();
  const { data, shape } = outputs.rows.wide!;
  assert.deepEqual(shape, [count, size]);
  for (let row = 0; row < count; row++) assert.equal(data[row * size + row], count - 1 - row);
  assert.deepEqual(outputs.steps.step!.data, Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(outputs.state.sum, Float32Array.of(count * (count - 1) / 2));
});

Deno.test("onnxRuntime carries on from the state that a run left, as if it had been one", async () => {
  const network = networks[2]!;
  const executable = await onnxRuntime.compile(trainingProgram(network), { batch });
  const inputs = trainingInputs(network, 90, visits(10 * batch, 90), batch);
  const whole = await executable.run(inputs);
  const first = await executable.run({
    ...inputs,
    order: inputs.order.slice(0, 4 * batch),
    scalars: { rate: inputs.scalars!.rate!.slice(0, 4) },
  });
  const second = await executable.run({
    ...inputs,
    order: inputs.order.slice(4 * batch),
    scalars: { rate: inputs.scalars!.rate!.slice(4) },
    state: first.state,
  });
  await executable.dispose();
  assert.deepEqual(second.state, whole.state);
});

Deno.test("onnxRuntime passes constants through, unused inputs by, and names what does not fit", async () => {
  const program: Program = {
    name: "idle",
    examples: { unused: { shape: [2], dtype: "uint8" }, labels: { shape: [], dtype: "int32" } },
    scalars: ["unused"],
    constants: { weight: { shape: [2], dtype: "float32" } },
    state: {
      left: { shape: [], dtype: "float32" },
      right: { shape: [], dtype: "float32" },
      kept: { shape: [1], dtype: "int32" },
    },
    body: ({ constants, state, examples }) => ({
      state: { left: state.right!, right: state.left!, kept: state.kept! },
      steps: { weight: constants.weight!, again: constants.weight!, number: tf.scalar(0.5) },
      rows: { labels: examples.labels! },
    }),
  };
  const inputs = {
    examples: { unused: new Uint8Array(6), labels: Int32Array.of(4, 5, 6) },
    order: Int32Array.of(2, 1, 0),
    scalars: { unused: Float32Array.of(0, 0, 0) },
    constants: { weight: Float32Array.of(3, 4) },
    state: { left: Float32Array.of(1), right: Float32Array.of(2), kept: Int32Array.of(7) },
  };
  const expected = {
    state: { left: Float32Array.of(2), right: Float32Array.of(1), kept: Int32Array.of(7) },
    steps: {
      weight: { data: Float32Array.of(3, 4, 3, 4, 3, 4), shape: [3, 2] },
      again: { data: Float32Array.of(3, 4, 3, 4, 3, 4), shape: [3, 2] },
      number: { data: Float32Array.of(0.5, 0.5, 0.5), shape: [3] },
    },
    rows: { labels: { data: Int32Array.of(6, 5, 4), shape: [3] } },
  };
  for (const runtime of [onnxRuntime, cpuRuntime]) {
    const executable = await runtime.compile(program, { batch: 1 });
    assert.deepEqual(await executable.run(inputs), expected);
    await assert.rejects(
      () => executable.run({ ...inputs, constants: {} }),
      /^Error: idle: constant "weight" is missing$/,
    );
    await executable.dispose();
  }
});
