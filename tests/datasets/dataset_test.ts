import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { channelStatistics, readDataset, type Split, writeDataset } from "../../lib/datasets/dataset.ts";
import { datasetDigest, inCanonicalOrder } from "../../lib/datasets/record_order.ts";

function split(records: readonly (readonly [number, number, number])[]): Split {
  return {
    images: Uint8Array.from(records.flatMap(([, first, second]) => [first, second])),
    labels: Uint8Array.from(records.map(([label]) => label)),
    shape: [1, 1, 2],
    count: records.length,
  };
}

const records = fc.array(fc.tuple(fc.nat(3), fc.nat(255), fc.nat(2)), { maxLength: 60 });

Deno.test("inCanonicalOrder() gives the same bytes for any order of the same records", () => {
  fc.assert(fc.property(
    records.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }))
    ),
    ([list, shuffled]) => {
      assert.deepEqual(inCanonicalOrder(split(shuffled)), inCanonicalOrder(split(list)));
    },
  ));
});

Deno.test("inCanonicalOrder() keeps every image with its label", () => {
  const text = ({ images, labels }: Split) =>
    [...labels].map((label, at) => [label, images[2 * at], images[2 * at + 1]].join()).sort();
  fc.assert(fc.property(records, (list) => {
    assert.deepEqual(text(inCanonicalOrder(split(list))), text(split(list)));
  }));
});

Deno.test("datasetDigest() changes with a pixel, a label, and the set a record belongs to", () => {
  const digest = (train: [number, number, number][], test: [number, number, number][]) =>
    datasetDigest(inCanonicalOrder(split(train)), inCanonicalOrder(split(test)));
  const digests = new Set([
    digest([[0, 1, 2], [1, 3, 4]], []),
    digest([[0, 1, 2], [1, 3, 5]], []),
    digest([[0, 1, 2], [2, 3, 4]], []),
    digest([[0, 1, 2]], [[1, 3, 4]]),
  ]);
  assert.equal(digests.size, 4);
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "tiny"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const tiny = {
  name: "tiny",
  classes: ["a", "b", "c"],
  train: split([[0, 1, 2], [2, 5, 6]]),
  test: split([[1, 3, 4]]),
  digest: "d1",
};

Deno.test("readDataset() returns what writeDataset() wrote", async () => {
  await inFolder(async (folder) => {
    await writeDataset(folder, tiny);
    assert.deepEqual(await readDataset(folder), tiny);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "dataset.json",
      "test.safetensors",
      "train.safetensors",
    ]);
  });
});

Deno.test("readDataset() names the file that is damaged or disagrees", async () => {
  await inFolder(async (folder) => {
    await writeDataset(folder, { ...tiny, classes: ["a", "b"] });
    await assert.rejects(readDataset(folder), {
      message: `${join(folder, "train.safetensors")}: label 2 of record 2 is out of range; expected 0 to 1`,
    });
    await writeDataset(folder, { ...tiny, test: { ...tiny.train } });
    await Deno.copyFile(join(folder, "test.safetensors"), join(folder, "kept"));
    await writeDataset(folder, tiny);
    await Deno.rename(join(folder, "kept"), join(folder, "test.safetensors"));
    await assert.rejects(readDataset(folder), {
      message: `${join(folder, "test.safetensors")}: images of shape [2, 1, 1, 2], expected [1, 1, 1, 2]`,
    });
    const path = join(folder, "dataset.json");
    await Deno.writeTextFile(path, "{");
    await assert.rejects(readDataset(folder), { message: `${path}: not JSON; run the fetch stage again` });
    await Deno.writeTextFile(path, "{}");
    await assert.rejects(readDataset(folder), {
      message: new RegExp(`^${path}: not the description of a dataset: `),
    });
  });
});

Deno.test("channelStatistics() gives mean and deviation of each channel over 255", () => {
  const { mean, deviation } = channelStatistics(split([[0, 0, 255], [0, 51, 0]]));
  assert.deepEqual(mean.map((value) => value.toFixed(12)), ["0.100000000000", "0.500000000000"]);
  assert.deepEqual(deviation.map((value) => value.toFixed(12)), ["0.100000000000", "0.500000000000"]);
});

Deno.test("channelStatistics() rejects a constant channel", () => {
  assert.throws(() => channelStatistics(split([[0, 7, 1], [0, 7, 2]])), {
    message: "Channel 1 of the images has one value everywhere and cannot be normalised",
  });
});
