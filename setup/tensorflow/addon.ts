import headers from "node-api-headers";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addonPath, environmentPath } from "../../lib/runtimes/tensorflow/installation.ts";
import type { Compiler } from "../compiler.ts";

/**
 * What is to be done in the process before libtensorflow is loaded, which reads the environment and writes to the standard
 * error. Deno's own ways need permissions, or are not seen by native code; the C library itself a stage may not load.
 */
const environmentSource = `#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
extern "C" int set_environment(const char *name, const char *value) { return setenv(name, value, 1); }
extern "C" int mute() {
  int kept = dup(2), nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, 2);
  close(nowhere);
  return kept;
}
extern "C" void unmute(int kept) {
  dup2(kept, 2);
  close(kept);
}
`;

/**
 * Builds the Node-API addon of `@tensorflow/tfjs-node` from its own sources against an installed libtensorflow, and the
 * library through which its environment is set.
 *
 * @param folder of the installation, which has libtensorflow and its headers; it may be moved as a whole later
 * @param libraries paths of libtensorflow in it
 * @throws {Error} with the first error of the compiler
 */
export async function buildAddon(compiler: Compiler, folder: string, libraries: readonly string[]): Promise<void> {
  const sources = join(dirname(fileURLToPath(import.meta.resolve("@tensorflow/tfjs-node/package.json"))), "binding");
  const isMac = Deno.build.os === "darwin";
  const origin = isMac ? "@loader_path" : "$ORIGIN";
  await Deno.mkdir(join(folder, dirname(addonPath)), { recursive: true });
  const shared = ["-std=c++17", "-O2", "-fPIC", "-shared"];
  await compile(compiler, [
    ...shared,
    "-DNAPI_VERSION=8",
    `-I${headers.include_dir}`,
    `-I${join(folder, "tensorflow/include")}`,
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(sources, name)),
    ...libraries.map((library) => join(folder, library)),
    // Node-API's own functions are Deno's.
    ...isMac ? ["-undefined", "dynamic_lookup"] : [],
    `-Wl,-rpath,${origin}/../tensorflow`,
    "-o",
    join(folder, addonPath),
  ]);
  const source = join(folder, `${environmentPath}.cc`);
  await Deno.writeTextFile(source, environmentSource);
  await compile(compiler, [...shared, source, "-o", join(folder, environmentPath)]);
}

async function compile([program, ...first]: Compiler, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...first, ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  const reason = lines.find((line) => /\berror\b/.test(line)) ?? lines.at(-1);
  throw new Error(`${basename(program)} could not build TensorFlow's addon: ${reason}`);
}
