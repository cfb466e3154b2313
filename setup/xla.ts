/**
 * `deno task setup:xla`: installs a PJRT plugin for the runtime `xla`.
 *
 * @module
 */
import { join } from "node:path";
import { Client } from "../lib/runtimes/xla/client.ts";
import {
  findPlugin,
  pluginFile,
  pluginFolder,
  type PluginKind,
  type PluginRecord,
  recordFile,
} from "../lib/runtimes/xla/location.ts";
import { Plugin } from "../lib/runtimes/xla/plugin.ts";
import { digestOf } from "./file.ts";
import { readOptions } from "./options.ts";
import { placeOf } from "./place.ts";
import { installWheel } from "./wheel.ts";
import { xlaWheels } from "./xla_wheels.ts";

const usage = `deno task setup:xla [--cuda13 | --cuda12 | --plugin FILE] [--wheel FILE]

Without an option: the plugin for a CPU (63 MB).
  --cuda13, --cuda12   the plugin for an NVIDIA GPU (134 MB, 188 MB); CUDA's own libraries must be there
  --plugin FILE        a PJRT plugin that is at hand, e.g. that of an installed JAX: it is linked to
  --wheel FILE         the wheel, where it is at hand; else pip downloads it`;

/** The plugin, and of the wheel for a CPU the header that its structures are tested against. */
function target(member: string): string | undefined {
  if (member.endsWith(".so")) return pluginFile;
  return member.endsWith("/pjrt_c_api.h") ? "pjrt_c_api.h" : undefined;
}

/** Installs the plugin of a wheel. */
async function install(kind: Exclude<PluginKind, "own">, file: string | undefined): Promise<void> {
  if (Deno.build.os !== "linux") {
    throw new Error(
      `PyPI has XLA's plugins for Linux, not for ${Deno.build.os}; name one that you have by --plugin FILE`,
    );
  }
  const wheel = xlaWheels[kind][Deno.build.arch];
  const folder = await placeOf(pluginFolder(kind));
  await installWheel({ wheel, file, folder, target });
  await record(folder, wheel.name.split("-").slice(0, 2).join(" "));
}

/** Links to a plugin that the user has, once it is known to be one. */
async function link(path: string): Promise<void> {
  const real = await Deno.realPath(path).catch(() => {
    throw new Error(`There is no file ${path}`);
  });
  new Plugin(real);
  const folder = pluginFolder("own");
  await Deno.mkdir(folder, { recursive: true });
  const place = join(folder, pluginFile);
  await Deno.remove(place).catch(() => {});
  await Deno.symlink(real, place);
  await record(folder, "own plugin");
}

/** Writes down what the plugin is, for the planning of stages. */
async function record(folder: string, name: string): Promise<void> {
  const path = join(folder, pluginFile);
  const { size, mtime } = await Deno.stat(path);
  const sha256 = (await digestOf(path))!;
  const content: PluginRecord = { name, sha256, size, modified: mtime?.getTime() ?? 0 };
  await Deno.writeTextFile(join(folder, recordFile), JSON.stringify(content, undefined, 2) + "\n");
}

async function main(): Promise<void> {
  const values = readOptions({
    cuda13: { type: "boolean" },
    cuda12: { type: "boolean" },
    plugin: { type: "string" },
    wheel: { type: "string" },
  }, usage);
  if (values.plugin !== undefined) await link(values.plugin);
  else await install(values.cuda13 ? "cuda13" : values.cuda12 ? "cuda12" : "cpu", values.wheel);
  const path = findPlugin();
  const client = new Client(new Plugin(path));
  console.log(`The runtime xla has ${path}, on the platform ${client.platform}`);
  client.close();
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = 1;
  }
}
