import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { VariableSpec } from "../../lib/nn/model.ts";
import { Random } from "../../lib/nn/random.ts";
import { optimizerParameter, sgd, type SgdParameters } from "../../lib/nn/sgd.ts";

const specs: Record<string, VariableSpec> = {
  weight: { shape: [5], initial: { kind: "constant", value: 0 }, role: "weight" },
  bias: { shape: [3], initial: { kind: "constant", value: 0 }, role: "bias" },
};
const plain: SgdParameters = { momentum: 0.9, nesterov: false, weightDecay: 5e-4, decay: "all", decoupled: false };

for (
  const [what, settings] of [
    ["momentum and weight decay", plain],
    ["Nesterov momentum", { ...plain, nesterov: true }],
    ["decay of weights alone", { ...plain, weightDecay: 0.1, decay: "weights" }],
    ["neither momentum nor decay", { ...plain, momentum: 0, weightDecay: 0 }],
  ] as const
) {
  Deno.test(`sgd() takes the steps of torch.optim.SGD with ${what}`, async () => {
    await tf.setBackend("cpu");
    const random = new Random(1, what);
    const draw = (count: number) => Array.from({ length: count }, () => random.normal());
    for (const name of ["weight", "bias"]) {
      const size = specs[name]!.shape[0]!;
      // The single-tensor loop of torch/optim/sgd.py, dampening 0, in float64.
      const expected = { parameter: draw(size), buffer: undefined as number[] | undefined };
      const rest = name === "weight" ? "bias" : "weight";
      let parameters = { [name]: tf.tensor1d(expected.parameter), [rest]: tf.zeros(specs[rest]!.shape as [number]) };
      let velocities = Object.fromEntries(Object.keys(specs).map((key) => [key, tf.zerosLike(parameters[key]!)]));
      for (let step = 0; step < 10; step++) {
        const rate = 0.1 / (step + 1);
        const gradient = draw(size);
        const decays = settings.decay === "all" || name === "weight";
        const slope = gradient.map((value, index) =>
          value + (decays ? settings.weightDecay * expected.parameter[index]! : 0)
        );
        const old = expected.buffer;
        const buffer = old === undefined ? slope : slope.map((value, index) => settings.momentum * old[index]! + value);
        expected.buffer = buffer;
        expected.parameter = expected.parameter.map((value, index) => {
          const direction = settings.nesterov ? slope[index]! + settings.momentum * buffer[index]! : buffer[index]!;
          return value - rate * direction;
        });
        const gradients = { [name]: tf.tensor1d(gradient), [rest]: tf.zerosLike(parameters[rest]!) };
        const next = sgd(specs, settings, tf.scalar(rate), { parameters, velocities, gradients });
        parameters = next.parameters as typeof parameters;
        velocities = next.velocities;
      }
      parameters[name]!.dataSync().forEach((value, index) => {
        assert.ok(Math.abs(value - expected.parameter[index]!) < 1e-6, `${value} ${expected.parameter[index]}`);
      });
    }
  });
}

Deno.test("sgd() with decoupled decay takes the steps of SGDW, with the rate outside the velocity", async () => {
  await tf.setBackend("cpu");
  for (const [nesterov, decay] of [[false, "all"], [true, "weights"]] as const) {
    const settings: SgdParameters = { momentum: 0.9, nesterov, weightDecay: 0.1, decay, decoupled: true };
    const random = new Random(2, `decoupled ${nesterov}`);
    for (const name of ["weight", "bias"]) {
      const spec = { [name]: specs[name]! };
      // One number, by the formulas.
      let [value, momentum] = [random.normal(), 0];
      let parameters: tf.NamedTensorMap = { [name]: tf.tensor1d([value]) };
      let velocities: tf.NamedTensorMap = { [name]: tf.tensor1d([0]) };
      for (let step = 0; step < 10; step++) {
        const [rate, slope] = [0.2 / (step + 1), random.normal()];
        momentum = 0.9 * momentum + slope;
        if (decay === "all" || name === "weight") value *= 1 - rate * 0.1;
        value -= rate * (nesterov ? slope + 0.9 * momentum : momentum);
        const gradients = { [name]: tf.tensor1d([slope]) };
        ({ parameters, velocities } = sgd(spec, settings, tf.scalar(rate), { parameters, velocities, gradients }));
      }
      const [found] = await parameters[name]!.data();
      assert.ok(Math.abs(found! - value) < 1e-6, `${name}: ${found} ${value}`);
    }
  }
});

Deno.test("optimizerParameter refuses a cosine beside drops, and one that rises", () => {
  const issues = (optimizer: object) =>
    optimizerParameter.safeParse({ lr: 0.1, ...optimizer }).error?.issues.map(({ path, message }) => [path, message]);
  assert.equal(issues({ cosine: {} }), undefined);
  assert.equal(issues({ cosine: { to: 0.1 }, drops: { at: [] } }), undefined);
  assert.deepEqual(issues({ cosine: {}, drops: { at: [3] } }), [[
    ["cosine"],
    "expected cosine or drops, found both; write `drops: { at: [] }` to have the cosine alone",
  ]]);
  assert.deepEqual(issues({ cosine: { to: 0.2 } }), [[["cosine", "to"], "expected a rate that is at most lr"]]);
});
