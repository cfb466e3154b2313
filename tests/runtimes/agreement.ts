import assert from "node:assert/strict";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { RunOutputs } from "../../lib/runtimes/program.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { mlp, type Network, trainingInputs, trainingProgram } from "../compile/support/network.ts";

/** Examples of a step. */
export const batch = 16;

/** Networks that every runtime trains alike. */
export const networks: readonly Network[] = [
  mlp({ image: [5, 5, 1], widths: [], classes: 3, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: true }),
  mlp({ image: [6, 6, 1], widths: [12, 12, 12, 12, 12, 12], classes: 4, batchNorm: true }),
];

/** An order of visit with every example in it, in no order of theirs. */
export function visits(length: number, count: number): Int32Array {
  return Int32Array.from({ length }, (_, index) => (index * 7 + 3) % count);
}

/**
 * Asserts that 20 steps of training by a runtime have the losses that they have by `cpu`, to 1e-5 of each.
 *
 * @param last examples of the last step
 */
export async function assertSameLosses(tried: Runtime, network: Network, last: number): Promise<void> {
  const inputs = trainingInputs(network, 90, visits(19 * batch + last, 90), batch);
  const [found, expected] = await Promise.all([tried, cpuRuntime].map(async (runtime) => {
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
}
