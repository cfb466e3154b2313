import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Names a plugin's file, in place of those that `deno task setup:xla` installs. */
export const pluginVariable = "XLA_PLUGIN";

/** Kinds of plugins that can be installed beside each other; of several the first is taken. */
export const pluginKinds = ["own", "cuda13", "cuda12", "cpu"] as const;

/** A kind of plugin; `own` is one that the user has. */
export type PluginKind = typeof pluginKinds[number];

/** The folder of an installed plugin. */
export function pluginFolder(kind: PluginKind): string {
  return fileURLToPath(new URL(`../../../.runtimes/xla/${kind}`, import.meta.url));
}

/** The name of a plugin's file in its folder. */
export const pluginFile = "plugin.so";

/** Where a plugin may lie, the first that is there being taken: where `XLA_PLUGIN` says, or where it was installed. */
export function pluginPlaces(named: string | undefined = Deno.env.get(pluginVariable)): string[] {
  return named === undefined ? pluginKinds.map((kind) => join(pluginFolder(kind), pluginFile)) : [named];
}

/**
 * Finds the plugin that is to be used.
 *
 * @param named the value of `XLA_PLUGIN`
 * @returns the path of its file
 * @throws {Error} saying how to get one
 */
export function findPlugin(named: string | undefined = Deno.env.get(pluginVariable)): string {
  for (const path of pluginPlaces(named)) {
    try {
      return Deno.realPathSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error(
    named === undefined
      ? "There is no XLA plugin: run `deno task setup:xla` (on a machine with an NVIDIA GPU `deno task setup:xla --cuda13`)"
      : `There is no XLA plugin ${named}, which ${pluginVariable} names: correct ${pluginVariable}, or unset it`,
  );
}

/** What makes a plugin work that is there and does not: it was installed, or somebody named it. */
export function pluginCure(named: string | undefined = Deno.env.get(pluginVariable)): string {
  return named === undefined ? "run `deno task setup:xla`" : `correct ${pluginVariable}, which names it, or unset it`;
}

/** What is written beside an installed plugin, so that its digest need not be computed at every planning. */
export interface PluginRecord {
  /** Of the plugin, in hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last written, in milliseconds. */
  readonly modified: number;
  /** What people call it: project and version. */
  readonly name: string;
}

/** The name of the file that holds a {@linkcode PluginRecord}. */
export const recordFile = "plugin.json";

/** What was recorded of a plugin, if its file is still the one. */
export function recordOf(path: string): PluginRecord | undefined {
  const { size, mtime } = Deno.statSync(path);
  for (const kind of pluginKinds) {
    try {
      const folder = pluginFolder(kind);
      if (Deno.realPathSync(join(folder, pluginFile)) !== path) continue;
      const record = JSON.parse(Deno.readTextFileSync(join(folder, recordFile))) as PluginRecord;
      return record.size === size && record.modified === mtime?.getTime() ? record : undefined;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/** What people call a plugin of which nothing is recorded. */
export function plainName(path: string): string {
  return `${basename(dirname(path))}/${basename(path)}`;
}
