import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Program } from "../../lib/runtimes/program.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import { requestAdapter } from "../../lib/runtimes/webgpu/adapter.ts";
import { mlp, trainingInputs, trainingProgram } from "../compile/support/network.ts";
import { testRuntimes } from "./runtimes.ts";
import { lockOfTraining } from "./sandboxed_training.ts";

const { ignore, load } = (await testRuntimes()).find(({ name }) => name === "webgpu")!;

/** A test that needs an adapter. */
function adapterTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

const network = mlp({ image: [16, 16, 8], widths: [20, 16], classes: 10, batchNorm: true });
const batch = 16;
const order = Int32Array.from({ length: 5 * batch + 3 }, (_, index) => (index * 7 + 3) % 90);
const inputs = trainingInputs(network, 90, order, batch);

// The first test, since only a backend that starts disturbs the others.
adapterTest("webgpuRuntime starts and runs while another runtime does", async () => {
  const [found, expected] = await Promise.all([await load(), cpuRuntime].map(async (runtime) => {
    const executable = await runtime.compile(trainingProgram(network), { batch });
    return await executable.run(inputs);
  }));
  found!.steps.loss!.data.forEach((loss, step) => {
    const reference = expected!.steps.loss!.data[step]!;
    assert.ok(Math.abs(loss - reference) <= 1e-5 * reference, `step ${step}: ${loss} against ${reference}`);
  });
});

adapterTest("webgpuRuntime carries on from the state that a run left, as if it had been one", async () => {
  const executable = await (await load()).compile(trainingProgram(network), { batch });
  const whole = await executable.run(inputs);
  const part = (from: number, to?: number) => ({
    order: order.slice(from * batch, to && to * batch),
    scalars: { rate: inputs.scalars!.rate!.slice(from, to) },
  });
  const first = await executable.run({ ...inputs, ...part(0, 2) });
  const second = await executable.run({ ...inputs, ...part(2), state: first.state });
  assert.deepEqual(second.state, whole.state);
  assert.deepEqual(second.steps.loss!.data, whole.steps.loss!.data.slice(2));
  await executable.dispose();
});

adapterTest(
  "webgpuRuntime computes small values that come from memory as it computes those that it had itself",
  async () => {
    const mixed: Program = {
      name: "mixed",
      examples: { unit: { shape: [], dtype: "float32" } },
      scalars: [],
      constants: {},
      state: { weight: { shape: [8, 8], dtype: "float32" } },
      body: ({ state, examples }) => {
        const weight = state.weight as tf.Tensor2D;
        const exponentials = tf.exp(weight);
        const next = tf.mul(tf.sin(tf.matMul(weight, weight)), tf.sum(examples.unit!));
        return { state: { weight: next }, steps: { exponentials } };
      },
    };
    const executable = await (await load()).compile(mixed, { batch: 1 });
    const examples = { unit: Float32Array.of(1) };
    let weight = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index * index));
    const whole = await executable.run({ examples, order: new Int32Array(4), state: { weight } });
    const stepwise: number[] = [];
    for (let step = 0; step < 4; step++) {
      const { state, steps } = await executable.run({ examples, order: new Int32Array(1), state: { weight } });
      weight = state.weight as typeof weight;
      stepwise.push(...steps.exponentials!.data);
    }
    assert.deepEqual(whole.state.weight, weight);
    assert.deepEqual([...whole.steps.exponentials!.data], stepwise);
  },
);

adapterTest("webgpuRuntime leaves no tensors behind", async () => {
  const executable = await (await load()).compile(trainingProgram(network), { batch });
  const before = tf.memory().numTensors;
  await executable.run(inputs);
  assert.equal(tf.memory().numTensors, before);
});

adapterTest("webgpuRuntime says what the device refuses, which alone would give zeros, and works on", async () => {
  const bytes = (await requestAdapter()).limits.maxStorageBufferBindingSize;
  const filled: Program = {
    name: "filled",
    examples: { values: { shape: [], dtype: "float32" } },
    scalars: ["size"],
    constants: {},
    state: {},
    body: ({ examples }) => {
      // A batch of two is more than the device binds at once.
      const size = examples.values!.shape[0] === 1 ? 8 : bytes / 4 + 8;
      return { state: {}, steps: { sum: tf.sum(tf.add(tf.ones([size]), 1)) } };
    },
  };
  const examples = { values: Float32Array.of(1, 1) };
  const scalars = { size: Float32Array.of(1) };
  const executable = await (await load()).compile(filled, { batch: 2 });
  await assert.rejects(
    () => executable.run({ examples, order: Int32Array.of(0, 1), scalars }),
    /^Error: WebGPU failed: .*; take smaller batches, a smaller network or another runtime$/,
  );
  const { steps } = await executable.run({ examples, order: Int32Array.of(0), scalars });
  assert.deepEqual(steps.sum!.data, Float32Array.of(16));
});

adapterTest("resolveRuntime() names the installed kernels, Deno and the adapter", async () => {
  const { version } = createRequire(import.meta.url)("@tensorflow/tfjs-backend-webgpu/package.json");
  const { description } = (await requestAdapter()).info;
  const { note, onCpu, ...resolved } = await resolveRuntime("webgpu");
  assert.deepEqual(resolved, {
    value: "webgpu",
    identity: `@tensorflow/tfjs-backend-webgpu ${version}, Deno ${Deno.version.deno}, ${description}`,
  });
  assert.equal(onCpu, /llvmpipe|SwiftShader/.test(description));
  assert.equal(
    onCpu,
    note?.startsWith(`webgpu computes on the CPU here, and slowly: its adapter is ${description}; `) ?? false,
  );
});

adapterTest("a stage trains on webgpu in its sandbox, and the lock says which adapter that was", async () => {
  const lock = await lockOfTraining("webgpu");
  assert.ok(lock.includes(`runtime: "${(await resolveRuntime("webgpu")).identity}"`), lock);
});

Deno.test("requestAdapter() says what to install where there is no adapter", async () => {
  const module = import.meta.resolve("../../lib/runtimes/webgpu/adapter.ts");
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `await (await import(${JSON.stringify(module)})).requestAdapter()`],
    // Direct3D, of which no machine but Windows has any.
    env: { DENO_WEBGPU_BACKEND: "dx12", NO_COLOR: "1" },
  }).output();
  assert.match(
    new TextDecoder().decode(stderr),
    /Error: WebGPU finds no adapter on this machine; install the driver of its GPU .*mesa-vulkan-drivers/,
  );
});
