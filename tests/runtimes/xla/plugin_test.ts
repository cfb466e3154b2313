import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Client } from "../../../lib/runtimes/xla/client.ts";
import { resolveXla } from "../../../lib/runtimes/xla/identity.ts";
import { findPlugin } from "../../../lib/runtimes/xla/location.ts";
import { Plugin } from "../../../lib/runtimes/xla/plugin.ts";
import { checkStructures } from "../../../lib/runtimes/xla/structure_check.ts";
import { testRuntimes } from "../runtimes.ts";

const { ignore } = (await testRuntimes()).find(({ name }) => name === "xla")!;

Deno.test("Plugin says what to do where a file is no native library, or no plugin", async () => {
  const path = await Deno.makeTempFile();
  assert.throws(
    () => new Plugin(path),
    /^Error: .* is no PJRT plugin that can be loaded .*; run `deno task setup:xla`$/,
  );
  await Deno.remove(path);
});

Deno.test("findPlugin() names a file that the variable names and that is not there", () => {
  assert.throws(
    () => findPlugin("/nowhere/plugin.so"),
    /^Error: There is no XLA plugin \/nowhere\/plugin\.so, which XLA_PLUGIN names: correct it/,
  );
});

Deno.test("checkStructures() names a structure that a plugin expects to be longer", () => {
  const message = (size: number) =>
    `Unexpected size: expected ${size}, got 0. The plugin is likely built with a later version`;
  checkStructures(() => message(16));
  assert.throws(
    () => checkStructures((name) => message(name === "PJRT_Buffer_ToHostBuffer" ? 64 : 16)),
    /^Error: it expects PJRT_Buffer_ToHostBuffer_Args to be of 64 bytes, where mindepth has 56$/,
  );
  assert.throws(
    () => checkStructures(() => undefined),
    /does not say what size it expects PJRT_Plugin_Initialize_Args/,
  );
});

Deno.test({
  name: "resolveXla() names the plugin by its version and its bytes",
  ignore,
  async fn() {
    const { identity, native } = await resolveXla();
    const sha256 = createHash("sha256").update(await Deno.readFile(findPlugin())).digest("hex");
    assert.ok(identity.endsWith(`, SHA-256 ${sha256}`), identity);
    assert.equal(native[0], findPlugin());
  },
});

Deno.test({
  name: "Client hands arrays over and back as they are",
  ignore,
  async fn() {
    const client = new Client(new Plugin(findPlugin()));
    assert.equal(client.platform, "cpu");
    for (const data of [Float32Array.of(1, -0, NaN, Infinity), Int32Array.of(2 ** 31 - 1, -1), new Float32Array()]) {
      const buffer = await client.put(data, [data.length]);
      const dtype = data instanceof Float32Array ? "float32" : "int32";
      assert.deepEqual(await client.take(buffer, [data.length], dtype), data);
      client.free(buffer);
    }
    client.close();
  },
});

Deno.test({
  name: "Client throws the engine's message",
  ignore,
  async fn() {
    const client = new Client(new Plugin(findPlugin()));
    await assert.rejects(() => client.compile("module {", 1, {}), /^Error: XLA failed in PJRT_Client_Compile: .*/);
    const identity =
      "module @m { func.func public @main(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> } }";
    await assert.rejects(() => client.compile(identity, 1, { xla_no_such_flag: true }), /xla_no_such_flag/);
    const program = await client.compile(identity, 1, {});
    await assert.rejects(() => client.execute(program, []), /^Error: XLA failed in PJRT_LoadedExecutable_Execute: /);
    client.unload(program);
    client.close();
  },
});
