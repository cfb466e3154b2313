import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../../lib/runtimes/cpu.ts";
import type { Program, RunOutputs } from "../../../lib/runtimes/program.ts";
import { tensorflowRuntime } from "../../../lib/runtimes/tensorflow.ts";
import { testRuntimes } from "../runtimes.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "tensorflow")!;

/** A convolution and its gradients. */
interface Convolution {
  readonly image: readonly [height: number, width: number];
  readonly window: number;
  readonly stride: number;
  readonly padding: number | "same" | "valid";
}

function program({ image, window, stride, padding }: Convolution): Program {
  const [x, w] = [[2, ...image, 3], [window, window, 3, 4]];
  return {
    name: "convolution",
    examples: {},
    scalars: [],
    constants: {},
    state: { x: { shape: x, dtype: "float32" }, w: { shape: w, dtype: "float32" } },
    body: ({ state }) => {
      const convolve = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding);
      const { value, grads } = tf.valueAndGrads((...[x, w]: tf.Tensor[]) => tf.sum(tf.square(convolve(x!, w!))))([
        state.x!,
        state.w!,
      ]);
      return { state: { x: grads[0]!, w: grads[1]! }, steps: { value, all: convolve(state.x!, state.w!) } };
    },
  };
}

const waves = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(1 + index * index));

for (
  const convolution of [
    { image: [7, 6], window: 3, stride: 1, padding: 1 },
    { image: [7, 6], window: 3, stride: 2, padding: 1 },
    { image: [8, 8], window: 5, stride: 2, padding: 2 },
    { image: [8, 5], window: 3, stride: 1, padding: 2 },
    { image: [6, 6], window: 1, stride: 2, padding: 0 },
    { image: [6, 6], window: 1, stride: 1, padding: 1 },
    { image: [7, 7], window: 3, stride: 2, padding: "same" },
    { image: [7, 7], window: 3, stride: 2, padding: "valid" },
  ] as const
) {
  const name = `tensorflowRuntime convolves as cpu does, and its gradients: ${JSON.stringify(convolution)}`;
  Deno.test({
    name,
    ignore,
    async fn() {
      const { image, window } = convolution;
      const state = { x: waves(2 * image[0] * image[1] * 3), w: waves(window * window * 12) };
      const outputs: RunOutputs[] = [];
      for (const runtime of [tensorflowRuntime, cpuRuntime]) {
        const executable = await runtime.compile(program(convolution), { batch: 1 });
        outputs.push(await executable.run({ examples: {}, order: new Int32Array(1), state }));
      }
      const [found, expected] = outputs.map((
        { state, steps },
      ) => [...Object.values(state), steps.value!.data, steps.all!.data]);
      for (const [index, values] of expected!.entries()) {
        const scale = Math.max(...values.map(Math.abs));
        assert.equal(found![index]!.length, values.length);
        values.forEach((value, at) => assert.ok(Math.abs(found![index]![at]! - value) <= 1e-5 * scale, name));
      }
    },
  });
}
