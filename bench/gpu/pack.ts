/**
 * Packs the GPU benchmark with all it needs besides Python, PyTorch and JAX, Deno and the npm packages included, into one
 * archive for a machine without network (of this machine's kind):
 *
 * ```sh
 * deno run -A bench/gpu/pack.ts mindepth-gpu.tar.xz
 * # there:
 * tar xf mindepth-gpu.tar.xz && mindepth-gpu/run --python python3
 * ```
 *
 * @module
 */
import { copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entry = "bench/gpu/bench.ts";
/** What may at most be carried to such a machine. */
const limit = 60e6;

const [archive] = Deno.args;
if (archive === undefined) {
  console.error("Say where the archive goes: deno run -A bench/gpu/pack.ts mindepth-gpu.tar.xz");
  Deno.exit(2);
}
const staging = await Deno.makeTempDir();
try {
  const folder = join(staging, "mindepth-gpu");
  for (const file of [...await localModules(), "bench/gpu/peer.py"]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(folder, file));
  }
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  // Every package that a lock file names would be downloaded.
  const packages = Object.fromEntries(
    ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-webgpu", "zod"].map((name) => [name, imports[name]]),
  );
  const settings = { nodeModulesDir: "none", lock: false, imports: packages, compilerOptions };
  writeFileSync(join(folder, "deno.json"), JSON.stringify(settings, null, 2));
  cpSync(Deno.execPath(), join(folder, "deno"));
  await succeed(join(folder, "deno"), ["cache", "--quiet", "--no-check", entry], folder, { DENO_DIR: "deno_dir" });
  // Source maps are most of the packages, and of use to nobody here.
  for (const map of globSync(join(folder, "deno_dir/**/*.map"))) await Deno.remove(map);
  writeFileSync(
    join(folder, "run"),
    `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd) || exit
DENO_DIR=$here/deno_dir exec "$here/deno" run -A --cached-only --no-check --config "$here/deno.json" "$here/${entry}" "$@"
`,
    { mode: 0o755 },
  );
  await succeed("tar", ["-cJf", resolve(archive), "mindepth-gpu"], staging, {});
  const { size } = await Deno.stat(archive);
  console.log(`${archive}: ${(size / 1e6).toFixed(1)} MB`);
  if (size > limit) throw new Error(`The archive has ${size} bytes, more than ${limit}`);
} finally {
  await Deno.remove(staging, { recursive: true });
}

/** The modules of the benchmark, relative to the project. */
async function localModules(): Promise<string[]> {
  const text = await succeed(Deno.execPath(), ["info", "--json", entry], root, {});
  const { modules } = JSON.parse(text) as { modules: { local?: string; specifier: string }[] };
  return modules.filter(({ specifier }) => specifier.startsWith("file:"))
    .map(({ specifier }) => relative(root, fileURLToPath(specifier)));
}

async function succeed(command: string, args: string[], cwd: string, env: Record<string, string>): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, { args, cwd, env, stderr: "inherit" }).output();
  if (!success) throw new Error(`${command} ${args[0]} failed`);
  return new TextDecoder().decode(stdout);
}
