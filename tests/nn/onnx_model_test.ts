import assert from "node:assert/strict";
import * as ort from "onnxruntime-node";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { forwardProgram } from "../../lib/nn/forward.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { encodeOnnxModel } from "../../lib/nn/onnx_model.ts";
import { modelOf, type Snapshot } from "../../lib/nn/snapshot.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters({ train: 20, test: 7 });
const images = examplesOf(dataset.test);

function snapshotOf(parameters: object): Snapshot {
  const network = { model: modelParameter.parse(parameters), input: dataset.train.shape, classes: 3 };
  const normalisation = channelStatistics(dataset.train);
  return {
    dataset: "clusters",
    ...network,
    normalisation,
    seed: 0,
    epoch: 4,
    variables: initialVariables(modelOf(network), 0),
  };
}

for (
  const parameters of [
    { kind: "mlp", depth: 3, width: 9 },
    { kind: "mlp", depth: 1, width: 9, batchNorm: false },
    { kind: "convnet", depth: 3, width: 4 },
    { kind: "resnet18", width: 2 },
  ]
) {
  Deno.test(`encodeOnnxModel() gives a model of any number of images with the same logits and layers: ${JSON.stringify(parameters)}`, async () => {
    const snapshot = snapshotOf(parameters);
    const model = modelOf(snapshot);
    const executable = await cpuRuntime.compile(forwardProgram(model, snapshot.normalisation, { layers: true }), {
      batch: 7,
    });
    const order = Int32Array.from({ length: 7 }, (_, index) => index);
    const { rows } = await executable.run({ examples: { ...images }, order, constants: snapshot.variables });
    const session = await ort.InferenceSession.create(encodeOnnxModel(snapshot, { layers: true }));
    assert.deepEqual(session.outputNames, ["logits", ...model.layers.map(({ name }) => `layer_${name}`)]);
    for (const count of [1, 3, 7]) {
      const size = images.images.length / 7;
      const input = new ort.Tensor("uint8", images.images.slice(0, count * size), [count, ...model.input]);
      const results = await session.run({ images: input });
      for (const output of ["logits", ...model.layers.map((layer) => `layer_${layer.name}`)]) {
        const found = results[output]!;
        const expected = rows[output.replace("_", "/")]!;
        assert.deepEqual(found.dims, [count, ...expected.shape.slice(1)]);
        (found.data as Float32Array).forEach((value, index) => {
          assert.ok(
            Math.abs(value - expected.data[index]!) <= 1e-5 * Math.max(1, Math.abs(value)),
            `${output} ${index}`,
          );
        });
      }
    }
    await session.release();
  });
}

Deno.test("encodeOnnxModel() gives equal bytes for equal snapshots, and the logits alone where no more is asked for", async () => {
  const snapshot = snapshotOf({ kind: "mlp", depth: 2, width: 5 });
  const bytes = encodeOnnxModel(snapshot, { layers: false });
  assert.deepEqual(encodeOnnxModel(snapshotOf({ kind: "mlp", depth: 2, width: 5 }), { layers: false }), bytes);
  const session = await ort.InferenceSession.create(bytes);
  assert.deepEqual([session.inputNames, session.outputNames], [["images"], ["logits"]]);
  await session.release();
});
