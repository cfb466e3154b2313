import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Program } from "../../lib/runtimes/program.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import { xlaRuntime } from "../../lib/runtimes/xla.ts";
import { trainingInputs, trainingProgram } from "../compile/support/network.ts";
import { assertSameLosses, batch, networks, visits } from "./agreement.ts";
import { testRuntimes } from "./runtimes.ts";
import { lockOfTraining, trainInSandbox } from "./sandboxed_training.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;

for (const network of networks) {
  for (const last of [batch, 5]) {
    Deno.test({
      name: `xlaRuntime gives the losses of ${network.name} that cpu gives, last batch ${last}`,
      ignore,
      fn: () => assertSameLosses(xlaRuntime, network, last),
    });
  }
}

/** Every kind of input and output, checkable by hand. */
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
  order: Int32Array.of(2, 0, 1, 0, 2),
  scalars: { factor: Float32Array.of(1, 10, 2) },
  constants: { offset: Float32Array.of(0, 0.5) },
  state: { total: Float32Array.of(100, 200), same: Int32Array.of(5) },
};

Deno.test({
  name: "xlaRuntime gives what cpu gives of each kind of input and output, a smaller last batch included",
  ignore,
  async fn() {
    const [found, expected] = await Promise.all([xlaRuntime, cpuRuntime].map(async (runtime) => {
      const executable = await runtime.compile(tally, { batch: 2 });
      const fewer = { ...inputs, order: inputs.order.slice(1), scalars: { factor: Float32Array.of(3, 4) } };
      const outputs = [await executable.run(inputs), await executable.run(fewer)];
      await executable.dispose();
      return outputs;
    }));
    assert.deepEqual(found, expected);
    assert.deepEqual(inputs.state.total, Float32Array.of(100, 200), "the caller's arrays stay as they were");
  },
});

Deno.test({
  name: "xlaRuntime gives the same bytes in every run and session, and carries on from the state that a run left",
  ignore,
  async fn() {
    const network = networks[2]!;
    const all = trainingInputs(network, 90, visits(8 * batch, 90), batch);
    const half = (from: number) => ({
      ...all,
      order: all.order.slice(from * batch, (from + 4) * batch),
      scalars: { rate: all.scalars!.rate!.slice(from, from + 4) },
    });
    const [first, second] = [
      await xlaRuntime.compile(trainingProgram(network), { batch }),
      await xlaRuntime.compile(trainingProgram(network), { batch }),
    ];
    const whole = await first.run(all);
    assert.deepEqual(await first.run(all), whole);
    assert.deepEqual(await second.run(all), whole);
    const { state } = await second.run(half(0));
    assert.deepEqual((await second.run({ ...half(4), state })).state, whole.state);
    await first.dispose();
    await second.dispose();
  },
});

Deno.test({
  name: "xlaRuntime frees what it held",
  ignore,
  async fn() {
    const network = networks[0]!;
    const order = visits(20 * batch, 20_000);
    const large = trainingInputs(network, 20_000, order, batch);
    const resident = () => Deno.memoryUsage().rss;
    const executable = await xlaRuntime.compile(trainingProgram(network), { batch });
    await executable.run(large);
    const before = resident();
    // Each run hands over half a megabyte of images.
    for (let run = 0; run < 200; run++) await executable.run(large);
    assert.ok(resident() - before < 50e6, `${(resident() - before) / 1e6} MB more than before`);
    await executable.dispose();
  },
});

Deno.test({
  name: "xlaRuntime names what does not fit the program",
  ignore,
  async fn() {
    const executable = await xlaRuntime.compile(tally, { batch: 2 });
    await assert.rejects(
      () => executable.run({ ...inputs, order: Int32Array.of(3) }),
      /^Error: tally: the order holds index 3, but there are 3 examples$/,
    );
    await executable.dispose();
  },
});

Deno.test({
  name: "xlaRuntime rounds the factors of products to bfloat16 where that is asked for, and only there",
  ignore,
  async fn() {
    const product: Program = {
      name: "product",
      examples: { values: { shape: [2], dtype: "float32" } },
      scalars: [],
      constants: {},
      state: {},
      body: ({ examples }) => {
        const values = examples.values as tf.Tensor2D;
        return { state: {}, steps: { product: tf.matMul(values, values, false, true) } };
      },
    };
    const resultOf = async (precision: "float32" | "bfloat16") => {
      const executable = await xlaRuntime.compile(product, { batch: 1, precision });
      const examples = { values: Float32Array.of(1 + 2 ** -9, 0) };
      const { steps } = await executable.run({ examples, order: Int32Array.of(0) });
      await executable.dispose();
      return steps.product!.data[0]!;
    };
    assert.equal(await resultOf("float32"), Math.fround((1 + 2 ** -9) ** 2));
    assert.equal(await resultOf("bfloat16"), 1);
  },
});

Deno.test({
  name:
    "a stage trains on xla at the precision that its pipeline file names, and the lock says it beside plugin and device",
  ignore,
  async fn() {
    const { identity } = await resolveRuntime("xla");
    const [plain, precise] = await Promise.all([
      lockOfTraining("xla"),
      lockOfTraining("{ name: xla, precision: bfloat16 }"),
    ]);
    for (const lock of [plain, precise]) assert.ok(lock.replaceAll(/\s+/g, " ").includes(identity), lock);
    assert.match(plain, /^ {6}runtime: xla$/m);
    assert.match(precise, /^ {6}runtime:\n {8}name: xla\n {8}precision: bfloat16$/m);
    const [one, other] = [plain, precise].map((lock) => /path: snapshots$[^]*?sha256: (\w{64})/m.exec(lock)?.[1]);
    assert.ok(one !== undefined && other !== undefined && one !== other, plain);
  },
});

Deno.test("a precision that there is not, or for another runtime: what was found, and what is expected", async () => {
  const wrong = async (runtime: string) => (await trainInSandbox(runtime)).stderr;
  assert.match(
    await wrong("{ name: xla, precision: bfloat61 }"),
    /with\.runtime\.precision is "?bfloat61"?, expected "?float32"?, "?tf32"? or "?bfloat16"?/,
  );
  assert.match(
    await wrong("{ name: onnx, precision: tf32 }"),
    /with\.runtime\.precision is not a parameter [^]*The keys here are name, winograd/,
  );
  assert.match(
    await wrong("onxx"),
    /with\.runtime is "?onxx"?, expected "auto", "onnx", .*"cpu" or a map$[^]*Did you mean onnx\?/m,
  );
});
