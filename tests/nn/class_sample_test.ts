import assert from "node:assert/strict";
import fc from "fast-check";
import { classSample, withSamples } from "../../lib/nn/class_sample.ts";
import { clusters } from "./clusters.ts";

const labelsOf = (count: number) => Uint8Array.from({ length: count }, (_, index) => (index * index + 1) % 4);

Deno.test("classSample() takes as many of each class, and all of a class with fewer", () => {
  const labels = Uint8Array.of(...new Array(40).fill(0), ...new Array(3).fill(2), ...new Array(20).fill(5));
  const taken = classSample(labels, { each: 7, seed: 0 }, "train");
  const counts = Map.groupBy(taken, (index) => labels[index]!);
  assert.deepEqual([...counts].map(([label, { length }]) => [label, length]), [[0, 7], [2, 3], [5, 7]]);
  assert.deepEqual([...taken], [...new Set(taken)].toSorted((a, b) => a - b));
});

Deno.test("classSample() of more has all of a sample of less, and a longer set changes no example's place in the order", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 99 }), (each, seed) => {
    const labels = labelsOf(200);
    const [few, more] = [each, each + 5].map((each) => new Set(classSample(labels, { each, seed }, "train")));
    assert.ok(few!.isSubsetOf(more!));
    const longer = classSample(labelsOf(300), { each, seed }, "train").filter((index) => index < 200);
    assert.ok(new Set(longer).isSubsetOf(few!));
  }));
});

Deno.test("classSample() takes every example about equally often over seeds, and other ones of other sets", () => {
  const labels = new Uint8Array(50);
  const times = new Array(50).fill(0);
  for (let seed = 0; seed < 1000; seed++) {
    for (const index of classSample(labels, { each: 10, seed }, "train")) times[index]++;
  }
  // 200 times each, with a deviation of sqrt(1000 * 0.2 * 0.8) = 12.6.
  for (const count of times) assert.ok(Math.abs(count - 200) < 5 * 12.6, `${count}`);
  const of = (set: string, seed: number) => classSample(labels, { each: 10, seed }, set).join();
  assert.equal(of("train", 3), of("train", 3));
  assert.notEqual(of("train", 3), of("test", 3));
});

Deno.test("withSamples() keeps images with their labels, and a data set whole where no sample is asked for", () => {
  const dataset = clusters();
  assert.equal(withSamples(dataset, null), dataset);
  const { train, test } = withSamples(dataset, { each: 6, seed: 1 });
  assert.deepEqual([train.count, train.labels.length, test.count], [18, 18, 18]);
  const size = dataset.train.images.length / dataset.train.count;
  classSample(dataset.train.labels, { each: 6, seed: 1 }, "train").forEach((index, row) => {
    assert.equal(train.labels[row], dataset.train.labels[index]);
    const image = (images: Uint8Array, at: number) => images.subarray(at * size, (at + 1) * size);
    assert.deepEqual(image(train.images, row), image(dataset.train.images, index));
  });
});
