import assert from "node:assert/strict";
import { LayerMeasurement, type Measurement } from "../../lib/collapse/measurement.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { testRuntimes } from "../runtimes/runtimes.ts";
import { assertSameMeasurement, type Cloud, cloudNetwork, cloudSets, gaussianCloud, simplex } from "./clouds.ts";

const [train, classes] = [330, 4];
/** Wide and narrow, far from zero, near collapse, and a class with one example, with none on the train or the test set. */
const clouds: readonly Cloud[] = [
  gaussianCloud(corners(130, 0, 1), 0.4, 110, 1),
  gaussianCloud(corners(6, 1000, 1), 1e-3, 110, 2),
  gaussianCloud(corners(5, 1000, 0.5), 1e-6, 110, 3),
].map(unbalanced);

/** Corners of a simplex among `size` features, shifted. */
function corners(size: number, offset: number, scale: number): number[][] {
  return simplex(classes).map((corner) =>
    Array.from({ length: size }, (_, at) => offset + scale * (corner[at % classes]! + (at >= classes ? at / size : 0)))
  );
}

/** The first example alone keeps class 0; class 3 is left out of the train set, class 2 of the test set. */
function unbalanced(cloud: Cloud): Cloud {
  const label = (label: number, row: number) => {
    if (label === 0) return row === 0 ? 0 : 1;
    return row < train ? (label === 3 ? 2 : label) : label === 2 ? 1 : label;
  };
  return { ...cloud, labels: cloud.labels.map(label) };
}

async function measured(runtime: Runtime, options: { batch?: number; threads?: number } = {}): Promise<Measurement[]> {
  const logits = Float32Array.from({ length: clouds[0]!.labels.length * classes }, (_, at) => (at * 7) % 11);
  const measurement = new LayerMeasurement(cloudNetwork(clouds), { runtime, threads: 1, batch: 100, ...options });
  try {
    return await measurement.measure({ sets: cloudSets(clouds, train, logits), ranks: true });
  } finally {
    await measurement.dispose();
  }
}

function assertSame(found: readonly Measurement[], expected: readonly Measurement[]): void {
  assert.equal(found.length, expected.length);
  found.forEach((row, index) => assertSameMeasurement(row, expected[index]!, 1e-12));
}

const expected = await measured(cpuRuntime);

for (const { name, load, ignore } of await testRuntimes()) {
  Deno.test({
    name: `${name} measures layers as the host does, to 1e-12`,
    ignore,
    fn: async () => assertSame(await measured(await load()), expected),
  });
}

Deno.test("onnx measures the same bytes with one thread and two, whatever the size of the steps", async () => {
  for (const batch of [100, 200]) {
    const once = await measured(onnxRuntime, { batch });
    assert.deepEqual(await measured(onnxRuntime, { batch, threads: 2 }), once);
    assertSame(once, expected);
  }
});
