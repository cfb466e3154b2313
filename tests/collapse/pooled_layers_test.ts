import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { computedSizes, formOf, pooledLayers } from "../../lib/collapse/pooled_layers.ts";
import type { ProbedData, ProbedNetwork } from "../../lib/collapse/probe.ts";
import { convergeProbe } from "../../lib/collapse/probe_converged.ts";
import { narrowLayers } from "../../lib/collapse/probe_features.ts";
import { ridgeProbe } from "../../lib/collapse/probe_ridge.ts";
import { scoreProbes } from "../../lib/collapse/probe_score.ts";
import { Random } from "../../lib/nn/random.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";

const [places, channels, classes, count] = [9, 240, 3, 90];
const size = places * channels;

/** Layers of 2,160 features in 240 channels, of as many without places, of 12, and a perceptron's, of 3. */
const network: ProbedNetwork = {
  layers: [
    { name: "images", size, channels },
    { name: "flat", size },
    { name: "small", size: 12, channels: 4 },
    { name: "units", size: 3 },
  ],
  classes,
  examples: { inputs: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
  constants: {},
  features: ({ examples: { inputs } }) => [
    inputs!,
    inputs!,
    tf.slice(inputs!, [0, 0], [-1, 12]),
    tf.slice(inputs!, [0, 0], [-1, 3]),
  ],
};

function noise(): ProbedData {
  const random = new Random(0, "noise");
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const inputs = Float32Array.from({ length: count * size }, (_, at) => {
    return random.normal() + (at % channels === labels[Math.floor(at / size)] ? 1 : 0);
  });
  return { examples: { inputs, labels }, constants: {} };
}

Deno.test("pooledLayers() takes the mean of each channel over the places, of layers that have places", () => {
  const { layers, pool } = pooledLayers(network.layers);
  assert.deepEqual(layers, [
    { name: "images", size: channels, pooledFrom: size },
    { name: "flat", size },
    { name: "small", size: 4, pooledFrom: 12 },
    { name: "units", size: 3 },
  ]);
  assert.deepEqual(layers.map(formOf), ["pooled", "flattened", "pooled", "flattened"]);
  assert.deepEqual(computedSizes(layers), [size, size, 12, 3]);
  const small = [1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 6];
  const [, , pooled, units] = pool([
    tf.zeros([1, size]),
    tf.zeros([1, size]),
    tf.tensor2d([small, small.map((value) => -value)]),
    tf.ones([2, 3]),
  ]);
  assert.deepEqual(pooled!.arraySync(), [[2, 3, 4, 6], [-2, -3, -4, -6]]);
  assert.deepEqual(units!.shape, [2, 3]);
});

Deno.test("narrowLayers() pools what is too wide, and leaves out what stays so", () => {
  const { layers } = narrowLayers(network);
  assert.deepEqual(layers, [
    { name: "images", size: channels, pooledFrom: size },
    { name: "small", size: 12, channels: 4 },
    { name: "units", size: 3 },
  ]);
});

for (const runtime of [cpuRuntime, onnxRuntime]) {
  Deno.test(`probes of a pooled layer are those of its means over the places, on ${runtime.name}`, async () => {
    const engine = { runtime, threads: 1 };
    const data = noise();
    const { inputs, labels } = data.examples;
    const means = Float32Array.from({ length: count * channels }, (_, at) => {
      const [row, channel] = [Math.floor(at / channels), at % channels];
      let sum = 0;
      for (let place = 0; place < places; place++) sum += inputs![row * size + place * channels + channel]!;
      return sum / places;
    });
    const direct: ProbedNetwork = {
      ...network,
      layers: [{ name: "images", size: channels }],
      examples: { ...network.examples, inputs: { shape: [channels], dtype: "float32" } },
      features: ({ examples }) => [examples.inputs!],
    };
    const pooledData = { examples: { inputs: means, labels }, constants: {} };
    const narrow = narrowLayers(network);
    const near = (found: Float32Array, expected: Float32Array) => {
      const most = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      found.forEach((value, at) => assert.ok(Math.abs(value - expected[at]!) < 1e-4 * most));
    };
    const ridge = await ridgeProbe(narrow, "images", data, { l2: 0.1 }, engine);
    near(ridge.weights, (await ridgeProbe(direct, "images", pooledData, { l2: 0.1 }, engine)).weights);
    const parameters = { l2: 0.1, tolerance: 1e-6, iterations: 500 };
    const converged = await convergeProbe(narrow, "images", data, parameters, engine);
    near(converged.weights, (await convergeProbe(direct, "images", pooledData, parameters, engine)).weights);
    const score = async (network: ProbedNetwork, train: ProbedData) =>
      (await scoreProbes(network, { images: converged }, { train }, engine)).train.images!;
    const [found, expected] = [await score(narrow, data), await score(direct, pooledData)];
    assert.equal(found.accuracy, expected.accuracy);
    assert.ok(Math.abs(found.loss - expected.loss) < 1e-6);
  });
}

Deno.test("narrowLayers() takes layers that are pooled already as they are", async () => {
  const { layers, pool } = pooledLayers(network.layers);
  const pooled: ProbedNetwork = { ...network, layers, features: (inputs) => pool(network.features(inputs)) };
  const ridge = (network: ProbedNetwork) => {
    return ridgeProbe(narrowLayers(network), "images", noise(), { l2: 0.1 }, { runtime: onnxRuntime, threads: 1 });
  };
  assert.deepEqual(await ridge(pooled), await ridge(network));
});
