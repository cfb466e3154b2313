import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fashionMnist } from "../../lib/datasets/fashion_mnist.ts";
import { readDataset } from "../../lib/datasets/dataset.ts";
import fetchStage from "../../stages/fetch.ts";

// Continuous integration installs it, so that a skip there would be a fault.
const ignore = Deno.env.get("CI") === undefined && !existsSync("/usr/share/datasets/fashion-mnist");
if (ignore) {
  console.log("Fashion-MNIST is not read: its test needs Debian's package (apt-get install dataset-fashion-mnist)");
}

Deno.test({
  name: "fetch writes Fashion-MNIST out of the files that Debian's package installs, verified and whole",
  ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await fetchStage.run({
        with: { dataset: "fashion-mnist" },
        deps: {},
        outs: { dataset: join(folder, "fashion-mnist") },
        resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
        progress: () => {},
        signal: new AbortController().signal,
      });
      const { train, test, classes, digest } = await readDataset(join(folder, "fashion-mnist"));
      assert.equal(digest, fashionMnist.digest);
      for (const { labels, count, shape } of [train, test]) {
        assert.deepEqual(shape, [28, 28, 1]);
        // It is balanced: a tenth of each.
        for (let label = 0; label < classes.length; label++) {
          assert.equal(labels.filter((found) => found === label).length, count / 10);
        }
      }
      assert.deepEqual([train.count, test.count], [60_000, 10_000]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
