import assert from "node:assert/strict";
import packages from "../../../deno.json" with { type: "json" };
import { bindingVersion, tensorflowVersion, tensorflowWheels } from "../../../setup/tensorflow/wheels.ts";

Deno.test("tensorflowWheels() has one release for every platform, and says where there is none", () => {
  for (const platform of ["linux-x86_64", "linux-aarch64", "darwin-aarch64"]) {
    const { tensorflow, nvidia } = tensorflowWheels(false, platform);
    assert.match(tensorflow.name, new RegExp(`^tensorflow(_cpu)?-${tensorflowVersion}-`));
    assert.deepEqual(nvidia, {});
  }
  assert.throws(
    () => tensorflowWheels(false, "windows-x86_64"),
    /^Error: TensorFlow 2\.21\.0 is published for linux-x86_64, .*; this is windows-x86_64: take the runtime onnx$/,
  );
  assert.throws(() => tensorflowWheels(true, "darwin-aarch64"), /with CUDA is published for linux-x86_64; this is/);
});

Deno.test("tensorflowWheels() with CUDA has each of NVIDIA's packages under the folder that libtensorflow looks in", () => {
  const { nvidia } = tensorflowWheels(true, "linux-x86_64");
  for (const [name, wheel] of Object.entries(nvidia)) assert.ok(wheel.name.startsWith(`nvidia_${name}_cu12-`), name);
});

Deno.test("bindingVersion is that of the import map", () => {
  assert.equal(packages.imports["@tensorflow/tfjs-node"], `npm:@tensorflow/tfjs-node@${bindingVersion}`);
});
