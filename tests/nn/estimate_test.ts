import assert from "node:assert/strict";
import { estimateTraining, formatBytes } from "../../lib/nn/estimate.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters();
const [train, test] = [examplesOf(dataset.train), examplesOf(dataset.test)];
const model = buildModel(modelParameter.parse({ kind: "mlp", depth: 3, width: 50 }), dataset.train.shape, 3);

Deno.test("estimateTraining() counts the disk of all snapshots and checkpoints", () => {
  const { disk } = estimateTraining(model, { batch: 64, snapshots: 7, train, test });
  const bytes = Object.values(initialVariables(model, 0)).reduce((sum, values) => sum + values.byteLength, 0);
  assert.equal(disk, 3 * 7 * bytes);
});

Deno.test("estimateTraining() grows with the batch and the data", () => {
  const memory = (batch: number, train: ReturnType<typeof examplesOf>) =>
    estimateTraining(model, { batch, snapshots: 1, train, test }).memory;
  assert.ok(memory(1000, train) > memory(10, train));
  const more = { images: new Uint8Array(1e6), labels: train.labels };
  assert.equal(memory(10, more) - memory(10, train), 1e6 - train.images.length);
});

Deno.test("formatBytes() writes about three digits and a unit", () => {
  const texts = [0, 12, 999, 1000, 123_456, 999_900, 2.5e7, 2e15].map(formatBytes);
  assert.deepEqual(texts, ["0 B", "12 B", "999 B", "1.00 kB", "123 kB", "1000 kB", "25.0 MB", "2000 TB"]);
});
