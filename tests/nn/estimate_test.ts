import assert from "node:assert/strict";
import { measureMemory } from "../../bench/training_memory.ts";
import {
  checkMemory,
  estimateDisk,
  type EstimatedTraining,
  estimateMemory,
  formatBytes,
  memoryText,
} from "../../lib/nn/estimate.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { runtimeByName } from "../../lib/runtimes/registry.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters();
const model = (width: number) =>
  buildModel(modelParameter.parse({ kind: "mlp", depth: 3, width }), dataset.train.shape, 3);
const training: EstimatedTraining = {
  model: model(50),
  normalisation: { mean: [0.5], deviation: [0.5] },
  loss: "cross-entropy",
  augmentation: null,
  optimizer: optimizerParameter.parse({ lr: 0.1 }),
  batch: 64,
  train: examplesOf(dataset.train),
  test: examplesOf(dataset.test),
  runtime: await runtimeByName("onnx"),
};

Deno.test("estimateDisk() counts all snapshots and checkpoints", () => {
  const bytes = Object.values(initialVariables(model(50), 0)).reduce((sum, values) => sum + values.byteLength, 0);
  assert.equal(estimateDisk(model(50), 7), 3 * 7 * bytes);
});

Deno.test("estimateMemory() tells variables, activations and data apart", async () => {
  const base = await estimateMemory({ ...training, batch: 50 });
  const batched = await estimateMemory({ ...training, batch: 300 });
  assert.ok(batched.activations > base.activations);
  assert.deepEqual({ ...batched, activations: 0 }, { ...base, activations: 0 });
  const wide = await estimateMemory({ ...training, model: model(500) });
  assert.ok(wide.variables > 50 * base.variables);
  const images = new Uint8Array(1e6);
  const more = await estimateMemory({ ...training, train: { ...training.train, images } });
  assert.equal(more.data - base.data, 1e6 - training.train.images.length);
});

Deno.test("estimateMemory() of a network far beyond any machine takes no time and no memory", async () => {
  for (const runtime of ["onnx", "cpu"]) {
    const huge = { ...training, model: model(1_000_000), runtime: await runtimeByName(runtime) };
    const { variables, activations } = await estimateMemory(huge);
    assert.ok(variables > 1e13 && activations > 1e13);
  }
});

// What a small network's process takes is Deno and the engine first; these are large enough for their own share to show.
for (
  const [name, task] of Object.entries(
    {
      "a perceptron": { model: { kind: "mlp", depth: 2, width: 1200 }, shape: [28, 28, 1], count: 320, batch: 128 },
      "a convolutional network": {
        model: { kind: "convnet", depth: 2, width: 48, halvings: 0 },
        shape: [28, 28, 1],
        count: 255,
        batch: 128,
      },
      "a ResNet18": { model: { kind: "resnet18", width: 16 }, shape: [32, 32, 3], count: 160, batch: 80 },
    } as const,
  )
) {
  Deno.test(`a training of ${name} takes at most what was estimated, and more than half of it`, async () => {
    const { estimate, peak } = await measureMemory(task);
    assert.ok(peak <= estimate, `${peak} bytes, ${estimate} estimated`);
    assert.ok(estimate <= 2 * peak, `${peak} bytes, ${estimate} estimated`);
  });
}

Deno.test("checkMemory() says of what there is too much, and what to do", () => {
  const estimate = { variables: 6e9, activations: 3e9, data: 5e8, engine: 5e8 };
  const machineMemory = 16e9;
  assert.equal(
    memoryText(estimate),
    "10.0 GB of memory (6.00 GB for variables, 3.00 GB for activations and gradients, 500 MB for data, 500 MB for the engine)",
  );
  checkMemory(estimate, { memory: 0, machineMemory });
  checkMemory(estimate, { memory: 10e9, machineMemory });
  const ending = (available: { memory: number; machineMemory: number }) => {
    try {
      checkMemory(estimate, available);
    } catch (error) {
      return (error as Error).message.split("engine), ")[1];
    }
  };
  assert.equal(
    ending({ memory: 8e9, machineMemory }),
    "but resources.memory grants 8.00 GB; grant more, or take a smaller width or depth",
  );
  assert.equal(
    ending({ memory: 8e9, machineMemory: 9e9 }),
    "but resources.memory grants 8.00 GB; take a smaller width or depth",
  );
  assert.equal(
    ending({ memory: 20e9, machineMemory: 9e9 }),
    "but there are 9.00 GB for the whole of this machine or container; take a smaller width or depth",
  );
});

Deno.test("formatBytes() writes about three digits and a unit", () => {
  const texts = [0, 12, 999, 1000, 123_456, 999_900, 2.5e7, 2e15].map(formatBytes);
  assert.deepEqual(texts, ["0 B", "12 B", "999 B", "1.00 kB", "123 kB", "1000 kB", "25.0 MB", "2000 TB"]);
});
