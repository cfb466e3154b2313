import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { type Augmentation, drawPlacements } from "../../lib/nn/augmentation.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import type { Loss } from "../../lib/nn/loss.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { Random } from "../../lib/nn/random.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { clusters } from "../nn/clusters.ts";
import { testRuntimes } from "./runtimes.ts";

const [count, batch] = [310, 64];
const dataset = clusters({ train: count, classes: 10, deviation: 40 });

/** A small net and how long it is trained. */
interface Training {
  readonly model: Readonly<Record<string, unknown>>;
  readonly optimizer: Readonly<Record<string, unknown>>;
  /** Cross-entropy if nothing else is said. */
  readonly loss?: Loss;
  readonly augmentation?: Augmentation;
  /** Of five steps, the last of them smaller than the rest. */
  readonly epochs: number;
}

const trainings: readonly Training[] = [
  { model: { kind: "mlp", depth: 2, width: 20, batchNorm: true }, optimizer: { lr: 0.1 }, epochs: 4 },
  { model: { kind: "mlp", depth: 2, width: 20, batchNorm: false }, optimizer: { lr: 0.1 }, epochs: 4 },
  { model: { kind: "mlp", depth: 6, width: 12, batchNorm: true }, optimizer: { lr: 0.02, nesterov: true }, epochs: 4 },
  {
    model: { kind: "mlp", depth: 4, width: 16, batchNorm: false, initialisation: "he" },
    optimizer: { lr: 0.02, decay: "weights", momentum: 0.5 },
    epochs: 4,
  },
  {
    model: { kind: "mlp", depth: 2, width: 20, batchNorm: false },
    optimizer: { lr: 0.1, decoupled: true, nesterov: true, clip: 0.5 },
    epochs: 4,
  },
  { model: { kind: "mlp", depth: 2, width: 20, batchNorm: true }, optimizer: { lr: 0.1 }, loss: "mse", epochs: 4 },
  {
    model: { kind: "mlp", depth: 2, width: 20, batchNorm: true },
    optimizer: { lr: 0.1 },
    augmentation: { pad: 1, flip: true },
    epochs: 4,
  },
  {
    model: { kind: "mlp", depth: 5, width: 12, residual: true, initialisation: "xavier" },
    optimizer: { lr: 0.01 },
    epochs: 2,
  },
  // Few steps, and small ones: a rectifier's gate that rounding flips would end the agreement.
  { model: { kind: "resnet18", width: 2 }, optimizer: { lr: 0.003 }, epochs: 1 },
  { model: { kind: "convnet", depth: 3, width: 4, halvings: 1 }, optimizer: { lr: 0.1 }, epochs: 1 },
  {
    model: { kind: "convnet", depth: 3, width: 4, halvings: 1, batchNorm: false, initialisation: "he" },
    optimizer: { lr: 0.1 },
    epochs: 1,
  },
];

const references = new Map<Training, Promise<readonly number[]>>();
const runtimes = await testRuntimes();

for (const { name, tolerance, ignore, load } of runtimes) {
  for (const training of trainings) {
    Deno.test({
      name: `${name} trains to the losses of cpu within ${tolerance}: ${JSON.stringify(training)}`,
      ignore,
      fn: async () => {
        const found = await losses(await load(), training);
        const reference = references.get(training) ?? losses(cpuRuntime, training);
        references.set(training, reference);
        const expected = await reference;
        assert.equal(found.length, 5 * training.epochs);
        assert.ok(expected.at(-1)! < expected[0]!);
        found.forEach((loss, step) => {
          const [difference, reference] = [Math.abs(loss - expected[step]!), expected[step]!];
          assert.ok(difference <= tolerance * reference, `step ${step}: ${loss} against ${reference}`);
        });
      },
    });
  }
}

async function losses(runtime: Runtime, training: Training): Promise<readonly number[]> {
  const { model, optimizer, epochs, augmentation } = training;
  const network = buildModel(modelParameter.parse(model), dataset.train.shape, 10);
  const variables = initialVariables(network, 0);
  const velocities = Object.keys(network.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  const normalisation = channelStatistics(dataset.train);
  const parameters = optimizerParameter.parse(optimizer);
  const program = trainingProgram(network, normalisation, parameters, training);
  const executable = await runtime.compile(program, { batch });
  const visits = Array.from({ length: epochs }, (_, epoch) => [...new Random(0, `order ${epoch}`).permutation(count)]);
  const order = Int32Array.from(visits.flat());
  const { steps } = await executable.run({
    examples: {
      ...examplesOf(dataset.train),
      ...(augmentation && { placements: drawPlacements(augmentation, 0, 1, count) }),
    },
    order,
    scalars: {
      learningRate: Float32Array.from(
        { length: Math.ceil(order.length / batch) },
        (_, step) => parameters.lr / (1 + step),
      ),
    },
    state: { ...variables, ...Object.fromEntries(velocities) },
  });
  await executable.dispose();
  return [...steps.loss!.data];
}
