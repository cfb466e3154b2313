import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { RunOutputs } from "../../lib/runtimes/program.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { mlp, type Network, trainingInputs, trainingProgram } from "../compile/support/network.ts";

const batch = 16;
const networks: Network[] = [
  mlp({ image: [5, 5, 1], widths: [], classes: 3, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: true }),
  mlp({ image: [6, 6, 1], widths: [12, 12, 12, 12, 12, 12], classes: 4, batchNorm: true }),
];

/** An order of visit with every example in it, in no order of theirs. */
function visits(length: number, count: number): Int32Array {
  return Int32Array.from({ length }, (_, index) => (index * 7 + 3) % count);
}

function digest(outputs: RunOutputs): string {
  const hash = createHash("sha256");
  const arrays = [...Object.values(outputs.steps), ...Object.values(outputs.rows)].map(({ data }) => data);
  for (const data of [...Object.values(outputs.state), ...arrays]) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

for (const network of networks) {
  for (const rest of [0, 5]) {
    Deno.test(`onnxRuntime gives the losses of ${network.name} that cpu gives, last batch ${rest || batch}`, async () => {
      const inputs = trainingInputs(network, 90, visits(rest === 0 ? 20 * batch : 19 * batch + rest, 90), batch);
      const [found, expected] = await Promise.all([onnxRuntime, cpuRuntime].map(async (runtime) => {
        const executable = await runtime.compile(trainingProgram(network), { batch });
        const outputs = await executable.run(inputs);
        await executable.dispose();
        return outputs;
      })) as [RunOutputs, RunOutputs];
      assert.deepEqual(found.steps.loss!.shape, [20]);
      const pairs = [...found.steps.loss!.data].map((loss, step) => [loss, expected.steps.loss!.data[step]!] as const);
      for (const [loss, reference] of pairs) {
        assert.ok(Math.abs(loss - reference) <= 1e-5 * reference, `${loss} against ${reference}`);
      }
      assert.deepEqual(found.steps.correct, expected.steps.correct);
      assert.deepEqual(found.rows.logits!.shape, expected.rows.logits!.shape);
      assert.deepEqual(Object.keys(found.state), Object.keys(expected.state));
    });
  }
}

Deno.test("onnxRuntime gives the same bytes in every run, session and number of threads", async () => {
  const network = mlp({ image: [28, 28, 1], widths: [100, 100, 100], classes: 10, batchNorm: true });
  const inputs = trainingInputs(network, 1000, visits(10 * 128 + 40, 1000), 128);
  const digests = new Set<string>();
  for (const threads of [1, 1, 2]) {
    const executable = await onnxRuntime.compile(trainingProgram(network), { batch: 128, threads });
    for (let repetition = 0; repetition < 3; repetition++) digests.add(digest(await executable.run(inputs)));
    await executable.dispose();
  }
  assert.equal(digests.size, 1);
});
