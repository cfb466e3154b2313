import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Program } from "../../lib/runtimes/program.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import { tensorflowIn, tensorflowRuntime } from "../../lib/runtimes/tensorflow.ts";
import { descriptionPath, tensorflowFolder } from "../../lib/runtimes/tensorflow/installation.ts";
import { testRuntimes } from "./runtimes.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "tensorflow")!;

/** Adds to a number which backend each step ran on. */
const witness: (seen: string[]) => Program = (seen) => ({
  name: "witness",
  examples: {},
  scalars: [],
  constants: {},
  state: { sum: { shape: [], dtype: "float32" } },
  body: ({ state }) => {
    seen.push(tf.getBackend());
    const sum = tf.add(state.sum!, 1);
    return { state: { sum }, steps: { sum } };
  },
});

Deno.test("tensorflowRuntime says in one sentence how to get it where it is not, or not whole", async () => {
  const folder = await Deno.makeTempDir();
  const compile = () => tensorflowIn(folder).compile(witness([]), { batch: 1 });
  const describe = (files: Record<string, number>) =>
    Deno.writeTextFile(join(folder, descriptionPath), JSON.stringify({ files }));
  try {
    await assert.rejects(compile, /^Error: TensorFlow is not installed; run `deno task setup:tensorflow`$/);
    await describe({ "addon/environment.so": 3 });
    await assert.rejects(compile, /^Error: \S*environment.so is not there, expected 3 bytes; run `deno task/);
    await Deno.mkdir(join(folder, "addon"));
    await Deno.writeTextFile(join(folder, "addon/environment.so"), "none");
    await assert.rejects(compile, /^Error: \S*environment.so is 4 bytes, expected 3 bytes; run `deno task/);
    await describe({ "addon/environment.so": 4 });
    await assert.rejects(compile, /^Error: TensorFlow cannot be loaded: .*; run `deno task setup:tensorflow`$/);
    await Deno.writeTextFile(join(folder, descriptionPath), "{");
    await assert.rejects(compile, /^Error: \S* is damaged; run `deno task setup:tensorflow`$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "tensorflowRuntime keeps to its backend while another runs in between, and leaves no tensors behind",
  ignore,
  async fn() {
    const inputs = { examples: {}, order: new Int32Array(20), state: { sum: Float32Array.of(0) } };
    const seen: [string[], string[]] = [[], []];
    const one = await tensorflowRuntime.compile(witness(seen[0]), { batch: 1 });
    const other = await cpuRuntime.compile(witness(seen[1]), { batch: 1 });
    await one.run(inputs);
    const before = tf.memory().numTensors;
    const outputs = await Promise.all([one.run(inputs), other.run(inputs)]);
    assert.equal(tf.memory().numTensors, before);
    for (const { state, steps } of outputs) {
      assert.equal(state.sum![0], 20);
      assert.deepEqual([...steps.sum!.data], Array.from({ length: 20 }, (_, step) => step + 1));
    }
    assert.deepEqual(new Set(seen[0]), new Set(["tensorflow"]));
    assert.deepEqual(new Set(seen[1]), new Set(["cpu"]));
  },
});

Deno.test({
  name: "resolveRuntime() says which TensorFlow it is, and grants its folder",
  ignore,
  async fn() {
    const { value, identity, native } = await resolveRuntime("tensorflow");
    assert.deepEqual([value, native], ["tensorflow", [tensorflowFolder]]);
    assert.match(identity, /^tensorflow 2\.21\.0 \(wheel [0-9a-f]{64}\), @tensorflow\/tfjs-node 4\.22\.0, \S/);
  },
});
