import assert from "node:assert/strict";
import { identityOf } from "../../lib/nn/identity.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { modelVariant, type TrainingSettings, trainingVariant } from "../../lib/nn/variant.ts";
import train from "../../stages/train.ts";

const variantOf = (settings: object = {}) =>
  trainingVariant(
    train.parameters.parse({
      model: { kind: "mlp", depth: 2 },
      epochs: 20,
      ...settings,
      optimizer: { lr: 0.1, drops: { at: [10, 15] }, ...(settings as { optimizer?: object }).optimizer },
    }) as TrainingSettings,
  );

Deno.test("modelVariant() names what a model differs in from others of its kind, depth and width", () => {
  const variant = (model: object) => modelVariant(modelParameter.parse(model));
  assert.equal(variant({ kind: "mlp", depth: 8, width: 50 }), "");
  assert.equal(variant({ kind: "resnet18", width: 4 }), "");
  assert.equal(variant({ kind: "mlp", depth: 8, batchNorm: false, residual: true }), "no batch norm, residual");
  assert.equal(
    variant({ kind: "convnet", depth: 3, halvings: 1, initialisation: "he" }),
    "halvings 1, initialisation he",
  );
});

Deno.test("trainingVariant() is empty for the paper's training, at whatever length", () => {
  assert.equal(variantOf(), "");
  assert.equal(variantOf({ epochs: 4, optimizer: { drops: { at: [2, 3] } } }), "");
  assert.equal(variantOf({ optimizer: { drops: { at: ["50%", "75%"] } }, runtime: "cpu", seed: 7 }), "");
  assert.equal(variantOf({ epochs: 500, optimizer: { drops: { at: [150, 225] } } }), "drops at 150/225");
});

Deno.test("trainingVariant() names each setting that makes another network", () => {
  const settings: readonly [object, string][] = [
    [{ loss: "mse" }, "loss mse"],
    [{ batch: 64 }, "batch 64"],
    [{ optimizer: { lr: 0.05 } }, "lr 0.05"],
    [{ optimizer: { momentum: 0, nesterov: true, weightDecay: 0 } }, "momentum 0, nesterov, weight decay 0"],
    [{ optimizer: { decay: "weights", decoupled: true, clip: 1 } }, "decay weights, decoupled, clip 1"],
    [{ optimizer: { warmUp: 1, drops: { at: [10, 15], factor: 0.2 } } }, "warm up 1, drop factor 0.2"],
    [{ optimizer: { drops: { at: [] } } }, "no drops"],
    [{ optimizer: { drops: { at: [] }, cosine: {} } }, "cosine to 0"],
    [{ augmentation: {} }, "crops 4, flips"],
    [{ augmentation: { pad: 2, flip: false } }, "crops 2"],
    [{ labelNoise: { share: 0.5, kind: "symmetric" } }, "symmetric noise"],
    [{ labelNoise: { share: 0.5, seed: 3 } }, "noise seed 3"],
    [{ earlyStop: {} }, "early stop 0.999"],
    [{ runtime: { name: "xla", precision: "bfloat16" } }, "bfloat16"],
    [{ runtime: { name: "xla" } }, ""],
  ];
  for (const [setting, expected] of settings) assert.equal(variantOf(setting), expected);
});

Deno.test("label noise is one variant whatever its share, and whether or not it goes with the training's seed", () => {
  assert.equal(variantOf({ labelNoise: { share: 0, kind: "symmetric" } }), "symmetric noise");
  assert.equal(variantOf({ labelNoise: { share: 0.5, seed: 2 }, seed: 2 }), "");
});

Deno.test("identityOf() has the variant of the model before that of the training", () => {
  const network = { dataset: "clusters", input: [4, 4, 1] as const, classes: 3, seed: 0 };
  const variant = (variant: { variant?: string }) =>
    identityOf({ ...network, model: modelParameter.parse({ kind: "mlp", depth: 2, residual: true }), ...variant })
      .variant;
  assert.equal(variant({}), "residual");
  assert.equal(variant({ variant: "loss mse" }), "residual, loss mse");
});
