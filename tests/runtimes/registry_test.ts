import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { runtimeParameter } from "../../lib/runtimes/parameter.ts";
import { runtimeByName } from "../../lib/runtimes/registry.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";

Deno.test("runtimeByName() loads every runtime that the parameter can resolve to", async () => {
  for (const value of runtimeParameter.unwrap().options) {
    const { value: name } = resolveRuntime(value);
    assert.equal((await runtimeByName(name)).name, name);
  }
});

Deno.test("runtimeByName() says which runtimes there are", async () => {
  await assert.rejects(() => runtimeByName("abacus"), /^Error: There is no runtime "abacus"; expected onnx or cpu$/);
});

Deno.test("resolveRuntime() names the installed engines", () => {
  assert.deepEqual(resolveRuntime("auto"), { value: "onnx", identity: `onnxruntime-node ${ort.env.versions.node}` });
  assert.deepEqual(resolveRuntime("cpu"), { value: "cpu", identity: `@tensorflow/tfjs ${tf.version.tfjs}` });
  assert.throws(() => resolveRuntime("abacus"), /^Error: There is no runtime "abacus"; expected auto, onnx or cpu$/);
});

Deno.test("runtimeParameter carries its resolver and takes auto by default", () => {
  assert.equal(runtimeParameter.parse(undefined), "auto");
  assert.match(String(runtimeParameter.meta()?.resolver), /\/lib\/runtimes\/resolver\.ts$/);
});
