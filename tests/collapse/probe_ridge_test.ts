import assert from "node:assert/strict";
import { inOrder, type ProbedData, type ProbedNetwork } from "../../lib/collapse/probe.ts";
import { ridgeProbe } from "../../lib/collapse/probe_ridge.ts";
import { scoreProbes } from "../../lib/collapse/probe_score.ts";
import { Random } from "../../lib/nn/random.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";

const classes = 3;
const cpu = { runtime: cpuRuntime, threads: 1 };

/** A network whose one layer is its input. */
function identity(size: number): ProbedNetwork {
  return {
    layers: [{ name: "whole", size }],
    classes,
    examples: { inputs: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
    constants: {},
    features: ({ examples }) => [examples.inputs!],
  };
}

/** Clouds about the first unit vectors, far from zero and stretched. */
function clouds(count: number, size: number, deviation: number): ProbedData {
  const random = new Random(0, "clouds");
  const labels = Int32Array.from({ length: count }, () => random.integer(classes));
  const inputs = Float32Array.from({ length: count * size }, (_, index) => {
    const corner = index % size === labels[Math.floor(index / size)] ? 2 : 0;
    return 7 + (1 + index % size) * (corner + deviation * random.normal());
  });
  return { examples: { inputs, labels }, constants: {} };
}

Deno.test("ridgeProbe() is where the gradient of its objective vanishes", async () => {
  const [size, count, l2] = [5, 203, 0.01];
  const data = clouds(count, size, 0.8);
  const { inputs, labels } = data.examples as { inputs: Float32Array; labels: Int32Array };
  const probe = await ridgeProbe(identity(size), "whole", data, { l2 }, cpu);
  assert.ok(probe.gradientNorm < 1e-12);
  // On features as they are, the penalty is l2 times the mean square of the centred features.
  const means = Array.from({ length: size }, (_, at) => {
    return inOrder(count).reduce((sum, row) => sum + inputs[row * size + at]! / count, 0);
  });
  const square = inputs.reduce((sum, value, at) => sum + (value - means[at % size]!) ** 2, 0) / inputs.length;
  for (let label = 0; label < classes; label++) {
    const [gradient, penalty, bias] = [new Float64Array(size), new Float64Array(size), [0]];
    for (let row = 0; row < count; row++) {
      let excess = probe.biases[label]! - (labels[row] === label ? 1 : 0);
      for (let at = 0; at < size; at++) excess += inputs[row * size + at]! * probe.weights[at * classes + label]!;
      bias[0]! += excess / count;
      for (let at = 0; at < size; at++) gradient[at]! += inputs[row * size + at]! * excess / count;
    }
    for (let at = 0; at < size; at++) penalty[at] = l2 * square * probe.weights[at * classes + label]!;
    assert.ok(Math.abs(bias[0]!) < 1e-5);
    gradient.forEach((value, at) => assert.ok(Math.abs(value + penalty[at]!) < 2e-4, `${value} ${penalty[at]}`));
  }
});

Deno.test("ridgeProbe() separates what is linearly separable, alike on both runtimes", async () => {
  const data = clouds(600, 8, 0.1);
  const network = identity(8);
  const probes = { whole: await ridgeProbe(network, "whole", data, { l2: 1e-4 }, cpu) };
  const { train } = await scoreProbes(network, probes, { train: data }, cpu);
  assert.equal(train.whole!.accuracy, 1);
  const other = await ridgeProbe(network, "whole", data, { l2: 1e-4 }, { runtime: onnxRuntime, threads: 1 });
  assert.deepEqual(other.weights, probes.whole.weights);
});

Deno.test("ridgeProbe() of a dead layer says how frequent classes are", async () => {
  const data = {
    examples: { inputs: new Float32Array(40).fill(3), labels: Int32Array.from({ length: 10 }, (_, row) => row % 2) },
  };
  const { weights, biases, gradientNorm } = await ridgeProbe(identity(4), "whole", { ...data, constants: {} }, {
    l2: 0.1,
  }, cpu);
  assert.deepEqual([[...weights], [...biases], gradientNorm], [new Array(12).fill(0), [0.5, 0.5, 0], 0]);
});

Deno.test("ridgeProbe() refuses a layer that is too wide", async () => {
  const wide = { ...identity(2049), layers: [{ name: "whole", size: 2049 }] };
  await assert.rejects(ridgeProbe(wide, "whole", clouds(4, 2049, 1), { l2: 1 }, cpu), {
    message: "Layer whole has 2049 features; probes are converged for at most 2048",
  });
});
