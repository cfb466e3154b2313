import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { resnet18, resnet18Parameter } from "../../lib/nn/resnet18.ts";
import { initialVariables, type Variables } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { clusters } from "./clusters.ts";
import { layersAt } from "./evaluated.ts";
import { assertNear, classified, convolved, disturbed, type Images, mapped, normed } from "./reference.ts";

const parameters = (values: object = {}) => resnet18Parameter.parse({ kind: "resnet18", ...values });

Deno.test("resnet18() has the 11,173,962 parameters of pytorch-cifar's ResNet18, and its layers' sizes", () => {
  const model = resnet18(parameters(), [32, 32, 3], 10);
  assert.equal(count(model.parameters), 11_173_962);
  assert.equal(count(model.statistics), 9_600);
  assert.deepEqual(model.layers, [
    { name: "1", size: 65_536, channels: 64 },
    { name: "2", size: 32_768, channels: 128 },
    { name: "3", size: 16_384, channels: 256 },
    { name: "4", size: 8_192, channels: 512 },
  ]);
});

Deno.test("resnet18() pads images of 28 x 28 to 32 x 32 and scales with its width", () => {
  const [mnist, narrow] = [
    resnet18(parameters(), [28, 28, 1], 10),
    resnet18(parameters({ width: 16 }), [28, 28, 1], 10),
  ];
  assert.deepEqual(mnist.layers.map(({ size }) => size), [65_536, 32_768, 16_384, 8_192]);
  assert.deepEqual(narrow.layers.map(({ size }) => size), [16_384, 8_192, 4_096, 2_048]);
  assert.deepEqual(narrow.parameters["4.2.second.weight"]!.shape, [3, 3, 128, 128]);
});

Deno.test("resnet18() starts as torch.nn.Conv2d does: uniform in one over the root of the window's values", () => {
  const { initial } = resnet18(parameters(), [32, 32, 3], 10).parameters["1.1.first.weight"]!;
  assert.deepEqual(initial, { kind: "uniform", bound: 1 / Math.sqrt(64 * 9) });
  const he = resnet18(parameters({ initialisation: "he" }), [32, 32, 3], 10).parameters["1.1.first.weight"]!;
  assert.deepEqual(he.initial, { kind: "normal", deviation: Math.sqrt(2 / (64 * 9)) });
});

for (const runtime of [cpuRuntime, onnxRuntime]) {
  Deno.test(`resnet18() in evaluation mode is the float64 formula, on ${runtime.name}`, async () => {
    const dataset = clusters({ train: 3 });
    const normalisation = channelStatistics(dataset.train);
    const model = resnet18(parameters({ width: 2 }), dataset.train.shape, 3);
    const variables = disturbed(initialVariables(model, 1));
    const executable = await runtime.compile(forwardProgram(model, normalisation, { layers: true }), { batch: 2 });
    const examples = examplesOf(dataset.train);
    const order = Int32Array.of(0, 1, 2);
    const { rows } = await executable.run({ examples: { ...examples }, order, constants: variables });
    await executable.dispose();

    const [mean, deviation] = [normalisation.mean[0]!, normalisation.deviation[0]!];
    // 4 x 4 images amid zeros, 8 x 8.
    const values = Array.from({ length: 3 * 64 }, (_, at) => {
      const [image, row, column] = [Math.floor(at / 64), Math.floor(at / 8) % 8 - 2, at % 8 - 2];
      const isInside = Math.min(row, column) >= 0 && Math.max(row, column) < 4;
      return isInside ? (examples.images[image * 16 + row * 4 + column]! / 255 - mean) / deviation : 0;
    });
    const expected = reference({ shape: [3, 8, 8, 1], values }, variables);
    expected.layers.forEach((layer, index) => assertNear(rows[`layer/${index + 1}`]!.data, layer.values));
    assertNear(rows.logits!.data, expected.logits);
    for (const point of ["before", "linear"] as const) {
      const found = await layersAt(point, { model, normalisation, variables, split: dataset.train, runtime });
      expected[point].forEach((layer, index) => assertNear(found[index]!, layer.values));
    }
  });
}

/** The network in float64, block by block. */
function reference(images: Images, variables: Variables) {
  const weight = (name: string) => variables[`parameters/${name}.weight`]!;
  const normedMap = (images: Images, name: string, size: number, stride: number) =>
    normed(convolved(images, weight(name), size, stride), variables, name);
  const rectified = (images: Images) => mapped(images, (value) => Math.max(0, value));
  let features = rectified(normedMap(images, "stem", 3, 1));
  const [linear, before]: [Images[], Images[]] = [[], []];
  const layers = [1, 2, 2, 2].map((groupStride, group) => {
    for (const block of [1, 2]) {
      const [name, stride] = [`${group + 1}.${block}`, block === 1 ? groupStride : 1];
      const inner = rectified(normedMap(features, `${name}.first`, 3, stride));
      const map = convolved(inner, weight(`${name}.second`), 3, 1);
      const second = normed(map, variables, `${name}.second`);
      const beside = stride === 1 ? features : normedMap(features, `${name}.projection`, 1, stride);
      const sum = { ...second, values: second.values.map((value, at) => value + beside.values[at]!) };
      features = rectified(sum);
      if (block === 1) continue;
      linear.push(map);
      before.push(sum);
    }
    return features;
  });
  return {
    layers,
    before,
    linear,
    logits: classified(features, weight("output"), variables["parameters/output.bias"]!),
  };
}

function count(specs: Readonly<Record<string, { readonly shape: readonly number[] }>>): number {
  return Object.values(specs).reduce((sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}
