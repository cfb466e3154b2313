import assert from "node:assert/strict";
import { endedNetworks } from "../../../lib/figures/comparison/ended_network.ts";
import { pairedEstimate, pairedNetworks } from "../../../lib/figures/comparison/paired_networks.ts";
import { ratioInterval } from "../../../lib/figures/study/intervals.ts";
import type { SampleStudy, SampleTables } from "../sample_tables.ts";
import { namedSample } from "./sample_studies.ts";

async function ended(name: string, of: SampleStudy, change?: (tables: SampleTables) => void) {
  return endedNetworks(await namedSample(name, of, change));
}

Deno.test("pairedNetworks() pairs networks that agree in all but the study, over the seeds of both", async () => {
  const one = await ended("one", { depths: [2, 4, 8], seeds: [0, 1, 2], epochs: 2 });
  const other = await ended("other", { depths: [4, 8, 16], seeds: [1, 2, 3], epochs: 2 });
  assert.deepEqual(
    pairedNetworks(one, other).map(({ first, second, seeds, differs }) => [
      ...[first.study, second.study, first.network.label],
      ...[seeds, differs],
    ]),
    [4, 8].map((depth) => ["one", "other", `Depth ${depth}`, [1, 2], []]),
  );
});

Deno.test("pairedNetworks() pairs neither other data sets, label noise, nor seeds", async () => {
  const one = await ended("one", { depths: [4], epochs: 1 });
  for (const change of [{ datasets: ["cifar-10"] }, { noises: [0.5] }, { seeds: [1] }, { depths: [5] }]) {
    assert.deepEqual(pairedNetworks(one, await ended("other", { depths: [4], epochs: 1, ...change })), []);
  }
});

Deno.test("settings that are all that two studies differ in are no obstacle, and are told with the epochs", async () => {
  const one = await ended("one", { depths: [4], epochs: 1 });
  const other = await ended("other", { depths: [4], epochs: 3, variants: ["loss mse"] });
  const [paired] = pairedNetworks(one, other);
  assert.deepEqual(paired!.differs, ["epochs 1 and 3", "the usual settings and loss mse"]);
  // Where a study has several settings, only the same are paired.
  const both = await ended("both", { depths: [4], epochs: 1, variants: ["loss mse", "residual"] });
  assert.deepEqual(pairedNetworks(one, both), []);
  assert.deepEqual(pairedNetworks(other, both).map(({ second }) => second.network.variant), ["loss mse"]);
});

Deno.test("pairedEstimate() is of the pairs: what seeds have in common cancels", async () => {
  const factor = 3;
  const one = await ended("one", { depths: [4], seeds: [0, 1, 2], epochs: 2 });
  const other = await ended("other", { depths: [4], seeds: [0, 1, 2], epochs: 2 }, ({ cdnv, history }) => {
    for (const row of cdnv) row.cdnv = factor * Number(row.cdnv);
    for (const row of history) row.test_accuracy = Number(row.test_accuracy) - 0.25;
  });
  const [paired] = pairedNetworks(one, other);
  const ratio = pairedEstimate(paired!, "last_layer_cdnv");
  for (const value of [ratio.estimate, ratio.low, ratio.high]) assert.ok(Math.abs(value! / factor - 1) < 1e-12);
  const accuracy = pairedEstimate(paired!, "test_accuracy");
  for (const value of [accuracy.estimate, accuracy.low, accuracy.high]) assert.ok(Math.abs(value! + 0.25) < 1e-12);
});

Deno.test("pairedEstimate() is Student's interval of the ratios, of one seed a value without one", async () => {
  const one = await ended("one", { depths: [4], seeds: [0, 1, 2], epochs: 2 });
  const other = await ended("other", { depths: [4], seeds: [0, 1, 2], epochs: 3 });
  const { low, high } = pairedEstimate(pairedNetworks(one, other)[0]!, "last_layer_cdnv");
  const expected = ratioInterval(other[0]!.values.last_layer_cdnv, one[0]!.values.last_layer_cdnv)!;
  assert.deepEqual([low, high], [expected.low, expected.high]);
  assert.ok(high! > low!);
  const alone = pairedNetworks(await ended("alone", { depths: [4], epochs: 2 }), other)[0]!;
  const single = pairedEstimate(alone, "last_layer_cdnv");
  assert.deepEqual([single.low, single.high], [null, null]);
  assert.equal(single.estimate, other[0]!.values.last_layer_cdnv[0]! / one[0]!.values.last_layer_cdnv[0]!);
});

Deno.test("pairedEstimate() has no value where a seed has none, or a zero that no ratio can be made of", async () => {
  const of = { depths: [4], seeds: [0, 1], epochs: 1 };
  const one = await ended("one", of);
  for (const value of [0, null]) {
    const other = await ended("other", of, ({ cdnv }) => {
      for (const row of cdnv) if (row.seed === 1) row.cdnv = value;
    });
    const none = { estimate: null, low: null, high: null };
    assert.deepEqual(pairedEstimate(pairedNetworks(one, other)[0]!, "last_layer_cdnv"), none);
    assert.deepEqual(pairedEstimate(pairedNetworks(other, one)[0]!, "last_layer_cdnv"), none);
  }
});
