import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { type Augmentation, drawPlacements } from "../../lib/nn/augmentation.ts";
import type { Loss } from "../../lib/nn/loss.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { Random } from "../../lib/nn/random.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import type { RunOutputs } from "../../lib/runtimes/program.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters({ train: 320, classes: 10, deviation: 40 });

for (
  const [model, optimizer, options = {}] of [
    [{ kind: "mlp", depth: 2, width: 20, batchNorm: true }, { lr: 0.1 }],
    [{ kind: "mlp", depth: 2, width: 20, batchNorm: false }, { lr: 0.1 }],
    [{ kind: "mlp", depth: 6, width: 12, batchNorm: true }, { lr: 0.02, nesterov: true }],
    [{ kind: "mlp", depth: 4, width: 16, batchNorm: false, initialisation: "he" }, {
      lr: 0.02,
      decay: "weights",
      momentum: 0.5,
    }],
    [{ kind: "mlp", depth: 2, width: 20, batchNorm: false }, { lr: 0.1, decoupled: true, nesterov: true, clip: 0.5 }],
    [{ kind: "mlp", depth: 2, width: 20, batchNorm: true }, { lr: 0.1 }, { loss: "mse" }],
    [{ kind: "mlp", depth: 2, width: 20, batchNorm: true }, { lr: 0.1 }, { augmentation: { pad: 1, flip: true } }],
  ] as const
) {
  Deno.test(`trainingProgram() gives the losses of 20 steps on onnx that it gives on cpu: ${JSON.stringify([model, optimizer, options])}`, async () => {
    const found = await losses(onnxRuntime, model, optimizer, options);
    const expected = await losses(cpuRuntime, model, optimizer, options);
    assert.equal(found.length, 20);
    assert.ok(expected[19]! < expected[0]!);
    found.forEach((loss, step) => {
      assert.ok(Math.abs(loss - expected[step]!) <= 1e-5 * expected[step]!, `step ${step}: ${loss} ${expected[step]}`);
    });
  });
}

// Few steps of tiny nets: a rectifier's gate that rounding flips would end the agreement.
for (
  const model of [
    { kind: "resnet18", width: 2 },
    { kind: "convnet", depth: 3, width: 4, halvings: 1 },
    { kind: "convnet", depth: 3, width: 4, halvings: 1, batchNorm: false, initialisation: "he" },
  ] as const
) {
  Deno.test(`trainingProgram() gives the losses of 5 steps on onnx that it gives on cpu: ${JSON.stringify(model)}`, async () => {
    const [found, expected] = [
      await losses(onnxRuntime, model, { lr: 0.01 }, {}, 1),
      await losses(cpuRuntime, model, { lr: 0.01 }, {}, 1),
    ];
    assert.equal(found.length, 5);
    assert.ok(expected[4]! < expected[0]!);
    found.forEach((loss, step) => {
      assert.ok(Math.abs(loss - expected[step]!) <= 1e-4 * expected[step]!, `step ${step}: ${loss} ${expected[step]}`);
    });
  });
}

Deno.test("trainingProgram() gives a ResNet18 the same bytes whatever the number of threads", async () => {
  const run = (threads: number) => trained(onnxRuntime, { kind: "resnet18", width: 8 }, { lr: 0.01 }, {}, 1, threads);
  const expected = await run(1);
  for (const threads of [2, 3, 4]) assert.deepEqual((await run(threads)).state, expected.state);
});

interface Options {
  readonly loss?: Loss;
  readonly augmentation?: Augmentation;
}

async function losses(
  runtime: Runtime,
  model: object,
  optimizer: object,
  options: Options,
  epochs = 4,
): Promise<number[]> {
  return [...(await trained(runtime, model, optimizer, options, epochs, 1)).steps.loss!.data];
}

async function trained(
  runtime: Runtime,
  model: object,
  optimizer: object,
  options: Options,
  epochs: number,
  threads: number,
): Promise<RunOutputs> {
  const network = buildModel(modelParameter.parse(model), dataset.train.shape, 10);
  const variables = initialVariables(network, 0);
  const velocities = Object.keys(network.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  const normalisation = channelStatistics(dataset.train);
  const program = trainingProgram(network, normalisation, optimizerParameter.parse(optimizer), options);
  const executable = await runtime.compile(program, { batch: 64, threads });
  const orders = Array.from({ length: epochs }, (_, epoch) => [...new Random(0, `order ${epoch + 1}`).permutation(320)])
    .flat();
  const outputs = await executable.run({
    examples: {
      ...examplesOf(dataset.train),
      ...(options.augmentation && { placements: drawPlacements(options.augmentation, 0, 1, 320) }),
    },
    order: Int32Array.from(orders),
    scalars: { learningRate: Float32Array.from({ length: 5 * epochs }, (_, step) => 0.1 / (1 + step)) },
    state: { ...variables, ...Object.fromEntries(velocities) },
  });
  await executable.dispose();
  return outputs;
}
