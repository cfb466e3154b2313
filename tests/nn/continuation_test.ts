import assert from "node:assert/strict";
import { continuedAcross, trainingStateOptions } from "../../lib/nn/continuation.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import train from "../../stages/train.ts";

const model = buildModel(modelParameter.parse({ kind: "mlp", depth: 2, width: 3 }), [2, 2, 1], 2);
const examples = { digest: "images", count: 10 };

/** What tells the training of some values from others. */
function trainingOf(values: Record<string, unknown>, optimizer: Record<string, unknown> = {}): string {
  const all = { model: { kind: "mlp", depth: 2 }, epochs: 3, ...values, optimizer: { lr: 0.1, ...optimizer } };
  return trainingStateOptions(train.parameters.parse(all), model, examples).training;
}

/** Another value of each parameter of the stage. */
const others: Record<string, unknown> = {
  model: { kind: "mlp", depth: 3 },
  loss: "mse",
  labelNoise: { share: 0.1 },
  augmentation: {},
  batch: 5,
  epochs: 4,
  earlyStop: {},
  seed: 1,
  snapshots: { every: 2 },
  evaluateEvery: 2,
  runtime: "cpu",
};
const otherOptimizers: Record<string, unknown> = {
  lr: 0.2,
  drops: { at: [1] },
  cosine: {},
  warmUp: 1,
  momentum: 0.8,
  nesterov: true,
  weightDecay: 0,
  decay: "weights",
  decoupled: true,
  clip: 1,
};

Deno.test("every parameter of a training tells it from others, but for those that it is continued across", () => {
  assert.deepEqual(Object.keys(train.parameters.shape).sort(), [...Object.keys(others), "optimizer"].sort());
  assert.deepEqual(Object.keys(train.parameters.shape.optimizer.shape).sort(), Object.keys(otherOptimizers).sort());
  const same = [
    ...Object.entries(others).map(([name, value]) => [name, trainingOf({ [name]: value })] as const),
    ...Object.entries(otherOptimizers).map(([name, value]) =>
      [`optimizer.${name}`, trainingOf({}, { [name]: value })] as const
    ),
  ].filter(([, training]) => training === trainingOf({})).map(([name]) => name);
  assert.deepEqual(same.sort(), [...continuedAcross].sort());
});
