import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import * as ort from "onnxruntime-node";
import { runtimeParameter } from "../../lib/runtimes/parameter.ts";
import type { RuntimeChoice } from "../../lib/runtimes/choice.ts";
import type { Program } from "../../lib/runtimes/program.ts";
import { measuringRuntime, runtimeByName, trainingRuntime } from "../../lib/runtimes/registry.ts";
import type { CompileOptions, Runtime } from "../../lib/runtimes/runtime.ts";
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

Deno.test("runtimeParameter carries its resolver, takes auto by default, a precision for xla alone and winograd for onnx", () => {
  assert.equal(runtimeParameter.parse(undefined), "auto");
  assert.deepEqual(runtimeParameter.parse({ name: "xla" }), { name: "xla", precision: "float32" });
  assert.deepEqual(runtimeParameter.parse({ name: "onnx" }), { name: "onnx", winograd: true });
  for (
    const wrong of ["abacus", { name: "onnx", precision: "float32" }, { name: "xla", winograd: false }, {
      name: "xla",
      precision: "float16",
    }]
  ) {
    assert.equal(runtimeParameter.safeParse(wrong).success, false);
  }
  assert.match(String(runtimeParameter.meta()?.resolver), /\/lib\/runtimes\/resolver\.ts$/);
});

Deno.test("resolveRuntime() keeps what differs from the usual as part of what the stage gets", async () => {
  const plain = await resolveRuntime("onnx");
  assert.deepEqual(await resolveRuntime({ name: "onnx", winograd: true }), plain);
  const direct = { name: "onnx", winograd: false } as const;
  assert.deepEqual(await resolveRuntime(direct), { ...plain, value: direct });
});

Deno.test("trainingRuntime() and measuringRuntime() compute as was chosen, but measure in float32", async () => {
  const seen = async (load: typeof trainingRuntime, choice: RuntimeChoice) => {
    let options: CompileOptions | undefined;
    const spy: Runtime = {
      name: "spy",
      compile: (_, given) => (options = given, Promise.reject(new Error("not compiled"))),
    };
    const runtime = await load(choice, () => Promise.resolve(spy));
    await runtime.compile({} as Program, { batch: 1 }).catch(() => undefined);
    return options;
  };
  const direct = { name: "onnx", winograd: false } as const;
  const precise = { name: "xla", precision: "bfloat16" } as const;
  assert.deepEqual(await seen(trainingRuntime, direct), { precision: "float32", winograd: false, batch: 1 });
  assert.deepEqual(await seen(measuringRuntime, direct), { precision: "float32", winograd: false, batch: 1 });
  assert.deepEqual(await seen(trainingRuntime, precise), { precision: "bfloat16", winograd: true, batch: 1 });
  assert.deepEqual(await seen(measuringRuntime, precise), { precision: "float32", winograd: true, batch: 1 });
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
