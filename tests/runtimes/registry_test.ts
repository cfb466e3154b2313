import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { runtimeParameter } from "../../lib/runtimes/parameter.ts";
import { runtimeByName } from "../../lib/runtimes/registry.ts";
import resolveRuntime from "../../lib/runtimes/resolver.ts";
import { testRuntimes } from "./runtimes.ts";

Deno.test("runtimeByName() loads every runtime that the parameter can resolve to", async () => {
  for (const name of runtimeParameter.unwrap().options[0].options) {
    if (name !== "auto") assert.equal((await runtimeByName(name)).name, name);
  }
});

Deno.test("runtimeByName() says which runtimes there are", async () => {
  await assert.rejects(
    () => runtimeByName("abacus"),
    /^Error: There is no runtime "abacus"; expected one of onnx, .*cpu$/,
  );
});

Deno.test("resolveRuntime() names the installed engines", async () => {
  const onnx = { value: "onnx", identity: `onnxruntime-node ${ort.env.versions.node}` };
  const { note, ...auto } = await resolveRuntime("auto");
  assert.deepEqual(auto, onnx);
  assert.match(note!, /^auto takes onnx \(onnxruntime-node 1\.30\.0\), which needs no set-up; a GPU is used by /);
  assert.deepEqual(await resolveRuntime("cpu"), { value: "cpu", identity: `@tensorflow/tfjs ${tf.version.tfjs}` });
  await assert.rejects(
    () => resolveRuntime("abacus"),
    /^Error: There is no runtime "abacus"; expected one of auto, onnx, .*cpu$/,
  );
});

Deno.test("runtimeParameter carries its resolver, takes auto by default, and a precision for xla alone", () => {
  assert.equal(runtimeParameter.parse(undefined), "auto");
  assert.deepEqual(runtimeParameter.parse({ name: "xla" }), { name: "xla", precision: "float32" });
  for (const wrong of ["abacus", { name: "onnx", precision: "float32" }, { name: "xla", precision: "float16" }]) {
    assert.equal(runtimeParameter.safeParse(wrong).success, false);
  }
  assert.match(String(runtimeParameter.meta()?.resolver), /\/lib\/runtimes\/resolver\.ts$/);
});

Deno.test({
  name: "resolveRuntime() keeps a precision as part of what the stage gets, and float32 none, which is the default",
  ignore: (await testRuntimes()).find(({ name }) => name === "xla")!.ignore,
  async fn() {
    const plain = await resolveRuntime("xla");
    assert.deepEqual(await resolveRuntime({ name: "xla", precision: "float32" }), plain);
    const precise = { name: "xla", precision: "bfloat16" } as const;
    assert.deepEqual(await resolveRuntime(precise), { ...plain, value: precise });
  },
});
