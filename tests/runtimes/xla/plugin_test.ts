import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Client } from "../../../lib/runtimes/xla/client.ts";
import { compilerOptions } from "../../../lib/runtimes/xla/compiler_options.ts";
import { cudaFolder, cudaPlaces } from "../../../lib/runtimes/xla/cuda_folder.ts";
import { resolveXla } from "../../../lib/runtimes/xla/identity.ts";
import { checkVersion } from "../../../lib/runtimes/xla/interface_version.ts";
import { knownVersions } from "../../../lib/runtimes/xla/layout.ts";
import { findPlugin, pluginCure } from "../../../lib/runtimes/xla/location.ts";
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
    /^Error: There is no XLA plugin \/nowhere\/plugin\.so, which XLA_PLUGIN names: correct XLA_PLUGIN, or unset it$/,
  );
});

Deno.test("checkVersion() refuses a version that it does not know, and names it", () => {
  for (const minor of [knownVersions.leastMinor, knownVersions.mostMinor]) {
    checkVersion("plugin.so", { major: knownVersions.major, minor });
  }
  for (const [major, minor] of [[1, 90], [0, 80], [0, 116]] as const) {
    assert.throws(
      () => checkVersion("plugin.so", { major, minor }),
      new RegExp(
        `^Error: plugin.so has version ${major}.${minor} of PJRT's interface, of which mindepth knows 0.81 to 0.115; run `,
      ),
    );
  }
});

Deno.test("Plugin refuses a library of another version before it calls anything of it", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const compiler = ["cc", "gcc", "clang"].find((program) => {
      try {
        return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
      } catch {
        return false;
      }
    });
    await t.step({
      name: compiler === undefined ? "skipped: there is no C compiler" : `a library built by ${compiler}`,
      ignore: compiler === undefined,
      fn() {
        // Its table is empty but for the version, so that a call would end the process; abort() keeps it linked with libc.
        const source = `#include <stddef.h>
          #include <stdlib.h>
          struct { size_t size; void *extension; size_t version_size; void *version_extension; int major, minor; } api =
            { 4096, NULL, 24, NULL, 0, 999 };
          void *GetPjrtApi(void) { if (api.size == 0) abort(); return &api; }`;
        Deno.writeTextFileSync(`${folder}/plugin.c`, source);
        const args = ["-shared", "-fPIC", "-o", `${folder}/plugin.so`, `${folder}/plugin.c`];
        assert.ok(new Deno.Command(compiler!, { args }).outputSync().success);
        assert.throws(() => new Plugin(`${folder}/plugin.so`), /plugin\.so has version 0\.999 of PJRT's interface/);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("pluginCure() says to correct the variable where that names the plugin, not to install another", () => {
  assert.equal(pluginCure(undefined), "run `deno task setup:xla`");
  assert.equal(pluginCure("/opt/plugin.so"), "correct XLA_PLUGIN, which names it, or unset it");
});

Deno.test("cudaFolder() takes CUDA_HOME, else what the plugin's Python has, and none without libdevice", async () => {
  const folder = await Deno.makeTempDir();
  const plugin = `${folder}/site/jax_plugins/xla_cuda13/xla_cuda_plugin.so`;
  const install = async (place: string) => {
    await Deno.mkdir(`${place}/nvvm/libdevice`, { recursive: true });
    await Deno.writeTextFile(`${place}/nvvm/libdevice/libdevice.10.bc`, "");
  };
  try {
    assert.equal(cudaFolder(plugin, undefined), undefined);
    await install(`${folder}/site/nvidia/cuda_nvcc`);
    assert.equal(cudaFolder(plugin, undefined), `${folder}/site/nvidia/cuda_nvcc`);
    await install(`${folder}/site/nvidia/cu13`);
    assert.equal(cudaFolder(plugin, undefined), `${folder}/site/nvidia/cu13`);
    assert.equal(cudaFolder(plugin, `${folder}/nowhere`), `${folder}/site/nvidia/cu13`);
    await install(`${folder}/cuda`);
    assert.equal(cudaFolder(plugin, `${folder}/cuda`), `${folder}/cuda`);
    assert.equal(cudaPlaces(plugin, `${folder}/cuda`)[0], `${folder}/cuda`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("compilerOptions() leave a GPU no choice that could differ from run to run, and keep sums of a CPU on one thread", () => {
  const { xla_gpu_exclude_nondeterministic_ops, xla_gpu_autotune_level, xla_gpu_cuda_data_dir } = compilerOptions(
    "cuda",
    "/cuda",
  );
  assert.deepEqual([xla_gpu_exclude_nondeterministic_ops, xla_gpu_autotune_level, xla_gpu_cuda_data_dir], [
    true,
    0,
    "/cuda",
  ]);
  assert.ok(!("xla_gpu_cuda_data_dir" in compilerOptions("cuda")));
  assert.deepEqual(compilerOptions("cpu"), { xla_cpu_multi_thread_eigen: false });
});

Deno.test({
  name: "the options for a GPU are known to the compiler",
  ignore,
  async fn() {
    // The plugin for a CPU reads all of XLA's options, and refuses a name that it does not know (as the test of messages has).
    const client = new Client(new Plugin(findPlugin()));
    const text =
      "module @m { func.func public @main(%a: tensor<2xf32>) -> tensor<2xf32> { return %a : tensor<2xf32> } }";
    client.unload(await client.compile(text, 1, compilerOptions("cuda", "/nowhere")));
    client.close();
  },
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
  name: "resolveXla() names the plugin by its version and its bytes, and the device",
  ignore,
  async fn() {
    const { identity, native, onCpu } = await resolveXla();
    const sha256 = createHash("sha256").update(await Deno.readFile(findPlugin())).digest("hex");
    const client = new Client(new Plugin(findPlugin()));
    const { platform, deviceKind } = client;
    client.close();
    assert.ok(platform !== "" && deviceKind !== "");
    const device = platform === deviceKind ? platform : `${platform}, ${deviceKind}`;
    assert.ok(identity.endsWith(`, SHA-256 ${sha256}, ${device}`), identity);
    assert.equal(onCpu, platform === "cpu");
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
