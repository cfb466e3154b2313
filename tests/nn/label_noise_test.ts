import assert from "node:assert/strict";
import { type LabelNoise, noisyLabels, withLabelNoise } from "../../lib/nn/label_noise.ts";
import { clusters } from "./clusters.ts";

const [count, classes] = [20_000, 10];
const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);

function noisy(changes: Partial<LabelNoise>, truth = labels): Uint8Array {
  return noisyLabels(truth, classes, { share: 0.3, kind: "uniform", seed: 0, ...changes });
}

/** How many of the examples hold. */
function counted(holds: (index: number) => boolean): number {
  return labels.reduce((sum, _, index) => sum + (holds(index) ? 1 : 0), 0);
}

for (const kind of ["uniform", "symmetric"] as const) {
  Deno.test(`noisyLabels() replaces labels as often as ${kind} noise should, each class by each as often`, () => {
    for (const share of [0, 0.3, 1]) {
      const found = noisy({ kind, share });
      // The probability of each ordered pair of a truth and another class, by the definition.
      const pair = share * (kind === "uniform" ? 1 / classes : 1 / (classes - 1));
      for (let from = 0; from < classes; from++) {
        for (let to = 0; to < classes; to++) {
          const expected = count / classes * (from === to ? 1 - (classes - 1) * pair : pair);
          const moved = counted((index) => labels[index] === from && found[index] === to);
          // Five standard deviations of a Poisson distribution.
          assert.ok(Math.abs(moved - expected) <= 5 * Math.sqrt(expected), `${share}, ${from} to ${to}: ${moved}`);
        }
      }
    }
  });

  Deno.test(`noisyLabels() is a function of seed, index and label: ${kind}`, () => {
    assert.deepEqual(noisy({ kind }), noisy({ kind }));
    assert.deepEqual(noisy({ kind }, labels.slice(0, 777)), noisy({ kind }).slice(0, 777));
    assert.notDeepEqual(noisy({ kind }), noisy({ kind, seed: 1 }));
    const [few, many] = [noisy({ kind, share: 0.2 }), noisy({ kind, share: 0.4 })];
    assert.equal(counted((index) => few[index] !== labels[index] && few[index] !== many[index]), 0);
  });
}

Deno.test("noisyLabels() draws what it has always drawn", () => {
  const first = (kind: LabelNoise["kind"]) => [...noisy({ kind, share: 0.5 })].slice(0, 16);
  assert.deepEqual(first("uniform"), [0, 1, 2, 3, 0, 9, 5, 7, 5, 9, 8, 1, 2, 3, 8, 5]);
  assert.deepEqual(first("symmetric"), [6, 1, 2, 8, 0, 3, 8, 7, 4, 6, 0, 0, 3, 7, 9, 3]);
});

Deno.test("noisyLabels() refuses symmetric noise where there is one class", () => {
  assert.throws(() => noisyLabels(Uint8Array.of(0, 0), 1, { share: 0.5, kind: "symmetric", seed: 0 }), {
    message: "Symmetric label noise takes one of the other classes, but there is 1 in all",
  });
});

Deno.test("withLabelNoise() changes the labels of the train set alone", () => {
  const dataset = clusters();
  const { train, ...rest } = withLabelNoise(dataset, { share: 0.5, kind: "symmetric", seed: 0 });
  const { train: original, ...others } = dataset;
  assert.deepEqual(rest, others);
  assert.deepEqual({ ...train, labels: original.labels }, original);
  assert.notDeepEqual(train.labels, original.labels);
  assert.equal(withLabelNoise(dataset, null), dataset);
});
