import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { drawPlacements } from "../../lib/nn/augmentation.ts";
import { classSample } from "../../lib/nn/class_sample.ts";
import { featuresAt } from "../../lib/nn/layer_point.ts";
import { evaluatedNetwork, measuredAugmentationParameter, measuredSets } from "../../lib/nn/measured_sets.ts";
import { mlp, mlpParameter } from "../../lib/nn/mlp.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters();
const augmentation = measuredAugmentationParameter.parse({ pad: 2, seed: 5 })!;

Deno.test("measuredSets() takes the images as they are where nothing else is asked for", () => {
  const { train, test } = measuredSets(dataset, null, null);
  assert.deepEqual(Object.keys(train), ["images", "labels"]);
  assert.deepEqual([...train.labels], [...dataset.train.labels]);
  assert.equal(test.images, dataset.test.images);
});

Deno.test("measuredSets() varies the train images alone, by the seed", () => {
  const { train, test } = measuredSets(dataset, null, augmentation);
  assert.deepEqual(train.placements, drawPlacements(augmentation, 5, 0, 300));
  assert.notDeepEqual(measuredSets(dataset, null, { ...augmentation, seed: 6 }).train.placements, train.placements);
  assert.deepEqual([...test.placements!], Array.from({ length: 100 }, () => [2, 2, 0]).flat());
});

Deno.test("measuredSets() varies an image alike, whatever the sample", () => {
  const samples = { each: 7, seed: 1 };
  const whole = measuredSets(dataset, null, augmentation).train.placements!;
  const { train, test } = measuredSets(dataset, samples, augmentation);
  const indices = classSample(dataset.train.labels, samples, "train");
  assert.deepEqual(
    [...train.placements!],
    [...indices].flatMap((index) => [...whole.subarray(3 * index, 3 * index + 3)]),
  );
  assert.equal(test.placements!.length, 3 * 21);
});

for (const runtime of [cpuRuntime, onnxRuntime]) {
  Deno.test(`evaluatedNetwork() sees the images that training would, on ${runtime.name}`, async () => {
    const model = mlp(mlpParameter.parse({ kind: "mlp", depth: 1, width: 5 }), [4, 4, 1], 3);
    const variables = initialVariables(model, 0);
    const normalisation = channelStatistics(dataset.train);
    const run = async (train: ReturnType<typeof measuredSets>["train"], how: typeof augmentation | null) => {
      const { examples, constants, apply } = evaluatedNetwork(model, normalisation, {
        point: "after",
        augmentation: how,
      });
      const body = (inputs: Parameters<typeof apply>[0]) => ({ state: {}, rows: { layer: apply(inputs).layers[0]! } });
      const program = { name: "layer", examples, scalars: [], constants, state: {}, body };
      const executable = await runtime.compile(program, { batch: 64 });
      const order = Int32Array.from({ length: 300 }, (_, index) => index);
      const { rows } = await executable.run({ examples: { ...train }, order, constants: variables });
      await executable.dispose();
      return rows.layer!.data;
    };
    const { train } = measuredSets(dataset, null, augmentation);
    // The same by moving the pixels on the host: row and column of the window, mirrored or not.
    const images = Uint8Array.from(dataset.train.images, (_, at) => {
      const [image, row, column] = [Math.floor(at / 16), Math.floor(at / 4) % 4, at % 4];
      const [top, left, mirrored] = train.placements!.subarray(3 * image, 3 * image + 3);
      const [y, x] = [top! + row - 2, left! + (mirrored === 1 ? 3 - column : column) - 2];
      return Math.min(x, y) < 0 || Math.max(x, y) > 3 ? 0 : dataset.train.images[16 * image + 4 * y + x]!;
    });
    assert.deepEqual(await run(train, augmentation), await run({ images, labels: train.labels }, null));
  });
}

Deno.test("a family that gives no features at a point says so", () => {
  const outputs = { logits: undefined as never, layers: [], statistics: {} };
  assert.deepEqual(featuresAt(outputs, "after"), []);
  assert.throws(() => featuresAt(outputs, "before"), {
    message:
      "This family of models does not give its layers' features at layers: before; measure them at layers: after",
  });
});
