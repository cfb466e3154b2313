import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { convnet, convnetParameter } from "../../lib/nn/convnet.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { initialVariables, type Variables, variableSpecs } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { clusters } from "./clusters.ts";
import { layersAt } from "./evaluated.ts";
import { assertNear, classified, convolved, disturbed, type Images, mapped, normed } from "./reference.ts";

const build = (values: object, input: [number, number, number] = [28, 28, 1]) =>
  convnet(convnetParameter.parse({ kind: "convnet", ...values }), input, 3);

Deno.test("convnet() has the variables of its depth, width and switches", () => {
  const shapes = (values: object) =>
    Object.fromEntries(Object.entries(variableSpecs(build(values))).map(([name, { shape }]) => [name, shape]));
  assert.deepEqual(shapes({ depth: 2, width: 5, batchNorm: false }), {
    "parameters/1.weight": [3, 3, 1, 5],
    "parameters/1.bias": [5],
    "parameters/2.weight": [3, 3, 5, 5],
    "parameters/2.bias": [5],
    "parameters/output.weight": [5, 3],
    "parameters/output.bias": [3],
  });
  assert.deepEqual(shapes({ depth: 1, width: 5 }), {
    "parameters/1.weight": [3, 3, 1, 5],
    "parameters/1.scale": [5],
    "parameters/1.offset": [5],
    "parameters/output.weight": [5, 3],
    "parameters/output.bias": [3],
    "statistics/1.mean": [5],
    "statistics/1.variance": [5],
  });
});

Deno.test("convnet() halves the images in its first layers, as often as it is told", () => {
  const sizes = (values: object) => build({ depth: 4, width: 2, ...values }).layers.map(({ size }) => size);
  assert.deepEqual(sizes({}), [392, 98, 98, 98]);
  assert.deepEqual(sizes({ halvings: 0 }), [1568, 1568, 1568, 1568]);
  assert.deepEqual(sizes({ halvings: 3 }), [392, 98, 32, 32]);
});

for (const runtime of [cpuRuntime, onnxRuntime]) {
  for (const batchNorm of [false, true]) {
    const how = `${batchNorm ? "with" : "without"} batch norm, on ${runtime.name}`;
    Deno.test(`convnet() in evaluation mode is the float64 formula, ${how}`, async () => {
      const dataset = clusters({ train: 5 });
      const normalisation = channelStatistics(dataset.train);
      const model = build({ depth: 3, width: 4, halvings: 1, batchNorm }, [4, 4, 1]);
      const variables = disturbed(initialVariables(model, 1));
      const executable = await runtime.compile(forwardProgram(model, normalisation, { layers: true }), { batch: 2 });
      const examples = examplesOf(dataset.train);
      const order = Int32Array.of(0, 1, 2, 3, 4);
      const { rows } = await executable.run({ examples: { ...examples }, order, constants: variables });
      await executable.dispose();

      const [mean, deviation] = [normalisation.mean[0]!, normalisation.deviation[0]!];
      const values = [...examples.images].map((pixel) => (pixel / 255 - mean) / deviation);
      const expected = reference({ shape: [5, 4, 4, 1], values }, variables, batchNorm);
      expected.layers.forEach((layer, index) => assertNear(rows[`layer/${index + 1}`]!.data, layer.values));
      assertNear(rows.logits!.data, expected.logits);
      for (const point of ["before", "linear"] as const) {
        const found = await layersAt(point, { model, normalisation, variables, split: dataset.train, runtime });
        expected[point].forEach((layer, index) => assertNear(found[index]!, layer.values));
      }
    });
  }
}

/** The network in float64, layer by layer. */
function reference(images: Images, variables: Variables, batchNorm: boolean) {
  let features = images;
  const [linear, before]: [Images[], Images[]] = [[], []];
  const layers = ["1", "2", "3"].map((name) => {
    const product = convolved(features, variables[`parameters/${name}.weight`]!, 3, name === "1" ? 2 : 1);
    const bias = variables[`parameters/${name}.bias`];
    const map = batchNorm ? product : mapped(product, (value, channel) => value + bias![channel]!);
    const units = batchNorm ? normed(map, variables, name) : map;
    linear.push(map);
    before.push(units);
    return features = mapped(units, (value) => Math.max(0, value));
  });
  const [weight, bias] = [variables["parameters/output.weight"]!, variables["parameters/output.bias"]!];
  return { layers, before, linear, logits: classified(features, weight, bias) };
}
