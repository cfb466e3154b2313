import assert from "node:assert/strict";
import { join } from "node:path";
import { identifyTensorflow } from "../../../lib/runtimes/tensorflow/identity.ts";
import { descriptionPath } from "../../../lib/runtimes/tensorflow/installation.ts";

Deno.test("identifyTensorflow() names release, wheel, kernels and the GPU that is used", async () => {
  const folder = await Deno.makeTempDir();
  const [gpus, none] = [join(folder, "gpus"), join(folder, "none")];
  const describe = (gpu: boolean) =>
    Deno.writeTextFile(
      join(folder, descriptionPath),
      JSON.stringify({ version: "2.21.0", binding: "4.22.0", wheel: "a.whl", sha256: "abc", gpu, files: {} }),
    );
  try {
    await Deno.mkdir(join(gpus, "0000:19:00.0"), { recursive: true });
    await Deno.writeTextFile(join(gpus, "0000:19:00.0/information"), "Model: \t\t NVIDIA H200\nIRQ:   \t\t 11\n");
    const release = "tensorflow 2.21.0 (wheel abc), @tensorflow/tfjs-node 4.22.0";
    await describe(true);
    assert.deepEqual(await identifyTensorflow(folder, gpus), { identity: `${release}, NVIDIA H200`, onCpu: false });
    assert.deepEqual(await identifyTensorflow(folder, none), { identity: `${release}, CPU`, onCpu: true });
    await describe(false);
    assert.deepEqual(await identifyTensorflow(folder, gpus), { identity: `${release}, CPU`, onCpu: true });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
