import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf, total } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { linearMapSpecs } from "../../lib/nn/initialisation.ts";
import { mlp, mlpParameter } from "../../lib/nn/mlp.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables, type Variables, variableSpecs } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { clusters } from "./clusters.ts";
import { layersAt } from "./evaluated.ts";

const dataset = clusters({ train: 24, test: 3 });
const normalisation = channelStatistics(dataset.train);
const examples = examplesOf(dataset.train);
const order = Int32Array.from({ length: 24 }, (_, index) => index);
const build = (parameters: Record<string, unknown>) =>
  mlp(mlpParameter.parse({ kind: "mlp", ...parameters }), dataset.train.shape, 3);

Deno.test("mlp() has the variables of its depth, width and switches", () => {
  const shapes = (parameters: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(variableSpecs(build(parameters))).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes({ depth: 2, width: 5, batchNorm: false }), {
    "parameters/1.weight": [16, 5],
    "parameters/1.bias": [5],
    "parameters/2.weight": [5, 5],
    "parameters/2.bias": [5],
    "parameters/output.weight": [5, 3],
    "parameters/output.bias": [3],
  });
  assert.deepEqual(shapes({ depth: 1, width: 5, batchNorm: true }), {
    "parameters/1.weight": [16, 5],
    "parameters/1.scale": [5],
    "parameters/1.offset": [5],
    "parameters/output.weight": [5, 3],
    "parameters/output.bias": [3],
    "statistics/1.mean": [5],
    "statistics/1.variance": [5],
  });
});

Deno.test("initialVariables() draws torch.nn.Linear's default: uniform in one over the root of the inputs", () => {
  const variables = initialVariables(build({ depth: 1, width: 2000, batchNorm: false }), 0);
  const weights = variables["parameters/1.weight"]!;
  const largest = weights.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  assert.ok(largest <= 0.25 && largest > 0.2499);
  assert.ok(Math.abs(meanSquare(weights) - 0.25 ** 2 / 3) < 0.001);
  const biases = variables["parameters/1.bias"]!;
  assert.ok(Math.abs(meanSquare(biases) - 0.25 ** 2 / 3) < 0.002);
});

Deno.test("initialVariables() draws He's initialisation: normal of variance two over the inputs, biases zero", () => {
  const variables = initialVariables(build({ depth: 1, width: 2000, batchNorm: false, initialisation: "he" }), 0);
  assert.ok(Math.abs(meanSquare(variables["parameters/1.weight"]!) - 2 / 16) < 0.003);
  assert.equal(meanSquare(variables["parameters/1.bias"]!), 0);
});

Deno.test("initialVariables() draws Xavier's initialisation: uniform, of variance two over inputs and outputs, biases zero", () => {
  const variables = initialVariables(build({ depth: 1, width: 2000, batchNorm: false, initialisation: "xavier" }), 0);
  const weights = variables["parameters/1.weight"]!;
  const bound = Math.sqrt(6 / (16 + 2000));
  const largest = weights.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  assert.ok(largest <= bound && largest > 0.999 * bound);
  assert.ok(Math.abs(meanSquare(weights) / (2 / (16 + 2000)) - 1) < 0.03);
  assert.equal(meanSquare(variables["parameters/1.bias"]!), 0);
});

Deno.test("linearMapSpecs() counts the places of a window among the inputs and the outputs", () => {
  const bounds = (["pytorch", "xavier"] as const).map((initialisation) => {
    const { "1.weight": weight } = linearMapSpecs("1", [3, 3, 4, 8], { initialisation, bias: false });
    return weight!.initial;
  });
  assert.deepEqual(bounds, [
    { kind: "uniform", bound: 1 / Math.sqrt(9 * 4) },
    { kind: "uniform", bound: Math.sqrt(6 / (9 * 4 + 9 * 8)) },
  ]);
});

Deno.test("initialVariables() leaves the other layers as they are when one is added", () => {
  const [shallow, deep] = [initialVariables(build({ depth: 2 }), 4), initialVariables(build({ depth: 3 }), 4)];
  for (const [name, values] of Object.entries(shallow)) assert.deepEqual(values, deep[name]);
});

for (
  const { batchNorm, residual } of [
    { batchNorm: false, residual: false },
    { batchNorm: true, residual: false },
    { batchNorm: false, residual: true },
    { batchNorm: true, residual: true },
  ]
) {
  const switches = `${batchNorm ? "with" : "without"} batch norm${residual ? ", residual" : ""}`;
  Deno.test(`mlp() in evaluation mode is the float64 formula, ${switches}`, async () => {
    const model = build({ depth: 2, width: 6, batchNorm, residual });
    const variables = Object.fromEntries(
      // Statistics and scales that are not their initial ones, so that each has an effect.
      Object.entries(initialVariables(model, 1)).map(([name, values]) => [
        name,
        /weight/.test(name) ? values : values.map((value, index) => value + 0.1 * (index + 1)),
      ]),
    );
    const program = forwardProgram(model, normalisation, { layers: true });
    const executable = await cpuRuntime.compile(program, { batch: 10 });
    const { rows, steps } = await executable.run({ examples: { ...examples }, order, constants: variables });
    const expected = reference(variables, { batchNorm, residual });
    close(rows["layer/1"]!.data, expected.layers[0]!);
    close(rows["layer/2"]!.data, expected.layers[1]!);
    close(rows.logits!.data, expected.logits);
    for (const point of ["before", "linear"] as const) {
      const found = await layersAt(point, {
        ...{ model, normalisation, variables },
        split: dataset.train,
        runtime: cpuRuntime,
      });
      expected[point].forEach((layer, index) => close(found[index]!, layer));
    }
    assert.deepEqual(rows.logits!.shape, [24, 3]);
    assert.equal(steps.loss!.data.length, 3);
    const scored = Array.from({ length: 24 }, (_, row) => {
      const logits = expected.logits.slice(3 * row, 3 * row + 3);
      const label = examples.labels[row]!;
      const loss = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0)) - logits[label]!;
      return { loss, correct: logits.indexOf(Math.max(...logits)) === label };
    });
    assert.equal(total(steps.correct!.data), scored.filter(({ correct }) => correct).length);
    assert.ok(Math.abs(total(steps.loss!.data) - scored.reduce((sum, { loss }) => sum + loss, 0)) < 1e-4);
  });
}

Deno.test("trainingProgram() moves running statistics by a tenth, to the unbiased variance, as BatchNorm1d does", async () => {
  const model = build({ depth: 1, width: 4 });
  const variables = initialVariables(model, 2);
  const velocities = Object.fromEntries(
    Object.keys(model.parameters).map((name) => {
      return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
    }),
  );
  const program = trainingProgram(model, normalisation, {
    momentum: 0,
    nesterov: false,
    weightDecay: 0,
    decay: "all",
    decoupled: false,
    clip: null,
  });
  const executable = await cpuRuntime.compile(program, { batch: 24 });
  const { state } = await executable.run({
    examples: { ...examples },
    order,
    scalars: { learningRate: Float32Array.of(0) },
    state: { ...variables, ...velocities },
  });
  const units = linear(input(), variables["parameters/1.weight"]!, undefined, 4);
  for (let unit = 0; unit < 4; unit++) {
    const values = Array.from({ length: 24 }, (_, row) => units[4 * row + unit]!);
    const mean = values.reduce((a, b) => a + b, 0) / 24;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 23;
    assert.ok(Math.abs(state["statistics/1.mean"]![unit]! - 0.1 * mean) < 1e-5);
    assert.ok(Math.abs(state["statistics/1.variance"]![unit]! - (0.9 + 0.1 * variance)) < 1e-5);
  }
});

/** The network in float64, row by row. */
function reference(
  variables: Variables,
  { batchNorm, residual }: { batchNorm: boolean; residual: boolean },
) {
  let features = input();
  const [maps, before]: [number[][], number[][]] = [[], []];
  const layers = ["1", "2"].map((name) => {
    const weight = variables[`parameters/${name}.weight`]!;
    let units = linear(features, weight, variables[`parameters/${name}.bias`], 6);
    maps.push(units);
    if (batchNorm) {
      const of = (what: string) => variables[what]!;
      units = units.map((value, index) => {
        const unit = index % 6;
        const centred = value - of(`statistics/${name}.mean`)[unit]!;
        const unscaled = centred / Math.sqrt(of(`statistics/${name}.variance`)[unit]! + 1e-5);
        return unscaled * of(`parameters/${name}.scale`)[unit]! + of(`parameters/${name}.offset`)[unit]!;
      });
    }
    const beside = residual && name !== "1" ? features : undefined;
    units = units.map((value, index) => value + (beside?.[index] ?? 0));
    before.push(units);
    return features = units.map((value) => Math.max(0, value));
  });
  const bias = variables["parameters/output.bias"];
  return { layers, before, linear: maps, logits: linear(features, variables["parameters/output.weight"]!, bias, 3) };
}

function input(): number[] {
  const [mean, deviation] = [normalisation.mean[0]!, normalisation.deviation[0]!];
  return [...examples.images].map((pixel) => (pixel / 255 - mean) / deviation);
}

function linear(features: number[], weight: Float32Array, bias: Float32Array | undefined, outputs: number): number[] {
  const inputs = weight.length / outputs;
  return Array.from({ length: features.length / inputs * outputs }, (_, index) => {
    const [row, output] = [Math.floor(index / outputs), index % outputs];
    let sum = bias?.[output] ?? 0;
    for (let at = 0; at < inputs; at++) sum += features[row * inputs + at]! * weight[at * outputs + output]!;
    return sum;
  });
}

function meanSquare(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

function close(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, index) => {
    assert.ok(
      Math.abs(found[index]! - value) < 1e-5 * Math.max(1, Math.abs(value)),
      `${index}: ${found[index]} ${value}`,
    );
  });
}
