import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { inOrder, type ProbedData, type ProbedNetwork } from "../../lib/collapse/probe.ts";
import { convergeProbe } from "../../lib/collapse/probe_converged.ts";
import { scoreProbes } from "../../lib/collapse/probe_score.ts";
import { trainProbes } from "../../lib/collapse/probe_sgd.ts";
import { Random } from "../../lib/nn/random.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";

const [size, classes] = [6, 3];
const cpu = { runtime: cpuRuntime, threads: 1 };

/** Two layers: the input as it is, and the input times a matrix that keeps two of its directions, far off and stretched. */
const network: ProbedNetwork = {
  layers: [{ name: "whole", size }, { name: "shadow", size: 2 }],
  classes,
  examples: { inputs: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
  constants: { projection: { shape: [size, 2], dtype: "float32" } },
  features: ({ examples, constants }) => {
    const whole = examples.inputs as tf.Tensor2D;
    return [whole, tf.add(tf.mul(tf.matMul(whole, constants.projection as tf.Tensor2D), 5), 3)];
  },
};
const projection = Float32Array.from({ length: 2 * size }, (_, index) => index === 0 || index === 3 ? 1 : 0);

/** Clouds around the corners of a simplex of a radius; the first coordinate alone parts class 0 from the rest. */
function clouds(count: number, deviation: number, name: string): ProbedData {
  const random = new Random(0, name);
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const inputs = Float32Array.from({ length: count * size }, (_, index) => {
    const corner = index % size === labels[Math.floor(index / size)] ? 2 : 0;
    return corner + deviation * random.normal();
  });
  return { examples: { inputs, labels }, constants: { projection } };
}

const settings = {
  epochs: 3,
  batch: 32,
  lr: 0.02,
  momentum: 0.9,
  weightDecay: 5e-4,
  loss: "cross-entropy",
  bias: true,
} as const;
const converged = { l2: 1e-3, tolerance: 1e-4, iterations: 500 };
const orders = (epoch: number) => new Random(1, `order ${epoch}`).permutation(600);

Deno.test("trainProbes() and convergeProbe() separate what is linearly separable, on every layer", async () => {
  const sets = { train: clouds(600, 0.1, "train"), test: clouds(150, 0.1, "test") };
  const byDescent = await trainProbes(network, sets.train, settings, { ...cpu, orders });
  const minimal = {
    whole: await convergeProbe(network, "whole", sets.train, converged, cpu),
    shadow: await convergeProbe(network, "shadow", sets.train, converged, cpu),
  };
  for (const probes of [byDescent, minimal]) {
    const { train, test } = await scoreProbes(network, probes, sets, cpu);
    for (const layer of ["whole", "shadow"]) {
      assert.equal(train[layer]!.accuracy, 1);
      assert.equal(test[layer]!.accuracy, 1);
    }
  }
});

Deno.test("trainProbes() takes the steps of torch.optim.SGD on logistic regression from zeros", async () => {
  const data = clouds(70, 1, "steps");
  const order = new Random(0, "an order").permutation(70);
  const parameters = { ...settings, epochs: 2 };
  const { whole } = await trainProbes(network, data, parameters, { ...cpu, orders: () => order });
  // In float64: the weights of each input and then the biases, a row of `classes` each.
  const weights = new Float64Array((size + 1) * classes);
  const velocity = new Float64Array(weights.length);
  for (let step = 0; step < 6; step++) {
    const batch = order.subarray(step % 3 * 32, step % 3 * 32 + 32);
    const gradient = gradientAt(weights, data, [...batch]);
    weights.forEach((weight, index) => {
      velocity[index] = 0.9 * velocity[index]! + gradient[index]! + 5e-4 * weight;
      weights[index] = weight - 0.02 * velocity[index]!;
    });
  }
  close(whole!.weights, weights.subarray(0, size * classes), 1e-6);
  close(whole!.biases, weights.subarray(size * classes), 1e-6);
});

Deno.test("trainProbes() takes the steps of torch.optim.SGD on torch.nn.MSELoss, without biases", async () => {
  const data = clouds(70, 1, "steps");
  const order = new Random(0, "an order").permutation(70);
  const parameters = { ...settings, epochs: 2, loss: "mse", bias: false } as const;
  const { whole } = await trainProbes(network, data, parameters, { ...cpu, orders: () => order });
  const [weights, velocity] = [new Float64Array(size * classes), new Float64Array(size * classes)];
  for (let step = 0; step < 6; step++) {
    const batch = order.subarray(step % 3 * 32, step % 3 * 32 + 32);
    const gradient = new Float64Array(weights.length);
    for (const example of batch) {
      const features = data.examples.inputs!.subarray(example * size, (example + 1) * size);
      for (let label = 0; label < classes; label++) {
        let error = data.examples.labels[example] === label ? -1 : 0;
        for (let at = 0; at < size; at++) error += features[at]! * weights[at * classes + label]!;
        const share = 2 * error / (batch.length * classes);
        for (let at = 0; at < size; at++) gradient[at * classes + label]! += share * features[at]!;
      }
    }
    weights.forEach((weight, index) => {
      velocity[index] = 0.9 * velocity[index]! + gradient[index]! + 5e-4 * weight;
      weights[index] = weight - 0.02 * velocity[index]!;
    });
  }
  close(whole!.weights, weights, 1e-6);
  assert.deepEqual(whole!.biases, new Float32Array(classes));
  const onnx = await trainProbes(network, data, parameters, { runtime: onnxRuntime, threads: 1, orders: () => order });
  close(onnx.whole!.weights, weights, 1e-6);
});

Deno.test("convergeProbe() ends where the float64 gradient of its objective meets the tolerance", async () => {
  const data = clouds(5000, 1.5, "overlapping");
  const probe = await convergeProbe(network, "whole", data, converged, cpu);
  assert.ok(probe.iterations > 0 && probe.gradientNorm <= converged.tolerance);
  // The penalty lies on weights for features divided by the root of their mean square about their centre.
  const inputs = data.examples.inputs as Float32Array;
  const centre = Array.from({ length: size }, (_, index) => {
    return inputs.reduce((sum, value, at) => at % size === index ? sum + value : sum, 0) / 5000;
  });
  const square = inputs.reduce((sum, value, at) => sum + (value - centre[at % size]!) ** 2, 0) / inputs.length;
  const all = [...inOrder(5000)];
  const standardised = {
    ...data,
    examples: { ...data.examples, inputs: inputs.map((value, at) => (value - centre[at % size]!) / Math.sqrt(square)) },
  };
  const point = new Float64Array((size + 1) * classes);
  probe.weights.forEach((weight, index) => point[index] = weight * Math.sqrt(square));
  probe.biases.forEach((bias, label) => {
    const shift = centre.reduce((sum, value, index) => sum + value * probe.weights[index * classes + label]!, 0);
    point[size * classes + label] = bias + shift;
  });
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
  const atStart = norm(gradientAt(new Float64Array(point.length), standardised, all));
  const gradient = gradientAt(point, standardised, all).map((value, index) => {
    return value + (index < size * classes ? converged.l2 * point[index]! : 0);
  });
  assert.ok(norm(gradient) / atStart < 1.1 * converged.tolerance, `${norm(gradient) / atStart}`);
});

Deno.test("convergeProbe() gives the same classifier however its features are moved and scaled", async () => {
  const data = clouds(900, 1, "moved");
  const moved: ProbedNetwork = {
    ...network,
    features: ({ examples }) => [tf.add(tf.mul(examples.inputs!, 40), -7), examples.inputs!],
  };
  const exact = { ...converged, tolerance: 1e-5 };
  const one = await convergeProbe(network, "whole", data, exact, cpu);
  const other = await convergeProbe(moved, "whole", data, exact, cpu);
  close(other.weights.map((weight) => 40 * weight), Float64Array.from(one.weights), 1e-3);
});

Deno.test("convergeProbe() leaves a dead layer at the classes' shares", async () => {
  const dead = { ...network, features: () => [tf.zeros([500, size]), tf.zeros([500, 2])] };
  const data = clouds(500, 1, "dead");
  const labels = data.examples.labels.map((_, index) => index % 4 === 0 ? 1 : 0);
  const probe = await convergeProbe(dead, "whole", { ...data, examples: { ...data.examples, labels } }, {
    ...converged,
    tolerance: 1e-6,
  }, cpu);
  assert.deepEqual(probe.weights, new Float32Array(size * classes));
  assert.ok(Math.abs(probe.biases[0]! - probe.biases[1]! - Math.log(3)) < 1e-4);
});

Deno.test("convergeProbe() is an error where it has not converged, and for too wide a layer", async () => {
  const data = clouds(600, 1, "few");
  await assert.rejects(convergeProbe(network, "whole", data, { ...converged, iterations: 1 }, cpu), {
    message:
      /^The probe of layer whole did not converge: after 1 steps its gradient's norm is .* expected at most 0\.0001; raise/,
  });
  const wide = { ...network, layers: [{ name: "whole", size: 2049 }] };
  await assert.rejects(convergeProbe(wide, "whole", data, converged, cpu), {
    message: "Layer whole has 2049 features; probes are converged for at most 2048",
  });
});

Deno.test("trainProbes() names the layer and epoch where a probe diverges", async () => {
  const data = clouds(64, 1, "diverging");
  const order = inOrder(64);
  await assert.rejects(
    trainProbes(network, data, { ...settings, lr: 1e38 }, { ...cpu, orders: () => order }),
    {
      message:
        /^The probe of layer (whole|shadow) diverged: its loss is (NaN|Infinity) in epoch \d; try a lower sgd\.lr/,
    },
  );
});

Deno.test("scoreProbes() names the layer and the set where a loss is not finite", async () => {
  const [{ name, size }] = network.layers as [ProbedNetwork["layers"][number]];
  const probes = {
    [name]: { weights: new Float32Array(size * classes).fill(1e38), biases: new Float32Array(classes) },
  };
  await assert.rejects(scoreProbes(network, probes, { test: clouds(64, 1, "scored") }, cpu), {
    message: `The probe of layer ${name} has a loss of NaN on the test set`,
  });
});

Deno.test("probes agree between the onnx and the cpu runtime", async () => {
  const sets = { train: clouds(600, 1, "both") };
  const onnx = { runtime: onnxRuntime, threads: 1 };
  const one = await trainProbes(network, sets.train, settings, { ...cpu, orders });
  const other = await trainProbes(network, sets.train, settings, { ...onnx, orders });
  const exact = { ...converged, tolerance: 1e-5 };
  for (const { name } of network.layers) {
    close(other[name]!.weights, Float64Array.from(one[name]!.weights), 1e-5);
    const [there, here] = [
      await convergeProbe(network, name, sets.train, exact, onnx),
      await convergeProbe(network, name, sets.train, exact, cpu),
    ];
    close(there.weights, Float64Array.from(here.weights), 1e-3);
    assert.ok(there.gradientNorm <= exact.tolerance && here.gradientNorm <= exact.tolerance);
  }
  const [a, b] = [await scoreProbes(network, one, sets, cpu), await scoreProbes(network, one, sets, onnx)];
  for (const { name } of network.layers) {
    assert.equal(a.train[name]!.accuracy, b.train[name]!.accuracy);
    assert.ok(Math.abs(a.train[name]!.loss - b.train[name]!.loss) < 1e-6);
  }
});

/** The gradient of the mean cross-entropy over some examples in float64, of the layer `whole`: weights, then biases. */
function gradientAt(point: Float64Array, { examples }: ProbedData, batch: readonly number[]): Float64Array {
  const gradient = new Float64Array(point.length);
  for (const example of batch) {
    const features = [...examples.inputs!.subarray(example * size, (example + 1) * size), 1];
    const logits = Array.from({ length: classes }, (_, label) => {
      return features.reduce((sum, value, index) => sum + value * point[index * classes + label]!, 0);
    });
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    logits.forEach((logit, label) => {
      const excess = Math.exp(logit) / total - (label === examples.labels[example] ? 1 : 0);
      features.forEach((value, index) => gradient[index * classes + label]! += value * excess / batch.length);
    });
  }
  return gradient;
}

function close(found: Float32Array, expected: Float64Array, relative: number): void {
  assert.equal(found.length, expected.length);
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  expected.forEach((value, index) => {
    assert.ok(Math.abs(found[index]! - value) <= relative * largest, `${index}: ${found[index]} ${value}`);
  });
}
