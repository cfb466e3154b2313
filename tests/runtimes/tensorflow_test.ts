import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import type { RunOutputs } from "../../lib/runtimes/program.ts";
import { tensorflowRuntime } from "../../lib/runtimes/tensorflow.ts";
import { tensorflowFolder } from "../../lib/runtimes/tensorflow/installation.ts";
import { mlp, type Network, trainingInputs, trainingProgram } from "../compile/support/network.ts";

const isInstalled = existsSync(tensorflowFolder);
if (!isInstalled) console.log("The runtime tensorflow is not tested; get it by `deno task setup:tensorflow`");

const batch = 16;
const networks: Network[] = [
  mlp({ image: [5, 5, 1], widths: [], classes: 3, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: false }),
  mlp({ image: [4, 4, 3], widths: [20, 16], classes: 10, batchNorm: true }),
];

for (const network of networks) {
  Deno.test({
    name: `tensorflowRuntime gives the losses of ${network.name} that cpu gives`,
    ignore: !isInstalled,
    async fn() {
      const order = Int32Array.from({ length: 19 * batch + 5 }, (_, index) => (index * 7 + 3) % 90);
      const inputs = trainingInputs(network, 90, order, batch);
      const [found, expected] = await Promise.all([tensorflowRuntime, cpuRuntime].map(async (runtime) => {
        const executable = await runtime.compile(trainingProgram(network), { batch });
        return await executable.run(inputs);
      })) as [RunOutputs, RunOutputs];
      found.steps.loss!.data.forEach((loss, step) => {
        const reference = expected.steps.loss!.data[step]!;
        assert.ok(Math.abs(loss - reference) <= 1e-5 * reference, `${loss} against ${reference}`);
      });
      assert.deepEqual(found.steps.correct, expected.steps.correct);
      console.log(
        Math.max(...found.steps.loss!.data.map((l, i) => Math.abs(l / expected.steps.loss!.data[i]! - 1))),
        found.steps.loss!.shape,
      );
    },
  });
}
