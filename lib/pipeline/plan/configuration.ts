import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What decides how Deno resolves a module's imports. */
export interface Configuration {
  /** Absolute path of the nearest `deno.json` or `deno.jsonc`; undefined where there is none. */
  readonly config: string | undefined;
  /** Absolute path of the lock file; undefined where there is none. */
  readonly lock: string | undefined;
  /** All files that resolution depends on, whether they exist or not; absolute. */
  readonly files: readonly string[];
}

/** The configuration that Deno would use for a module: the nearest one from its folder up. */
export function configurationOf(module: string): Configuration {
  const files: string[] = [];
  let config: string | undefined;
  for (let folder = dirname(module);; folder = dirname(folder)) {
    for (const name of ["deno.json", "deno.jsonc", "package.json"]) {
      const path = join(folder, name);
      files.push(path);
      if (config === undefined && name !== "package.json" && existsSync(path)) config = path;
    }
    if (folder === dirname(folder)) break;
  }
  if (config === undefined) return { config, lock: undefined, files };
  const settings = readSettings(config);
  const lock = lockOf(config, settings.lock);
  if (lock !== undefined) files.push(lock);
  if (typeof settings.importMap === "string") files.push(resolve(dirname(config), settings.importMap));
  return { config, lock: lock !== undefined && existsSync(lock) ? lock : undefined, files };
}

interface Settings {
  readonly lock?: unknown;
  readonly importMap?: unknown;
}

function readSettings(config: string): Settings {
  const text = readFileSync(config, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    // Comments and trailing commas; what Deno cannot read either, Deno reports.
    return {
      importMap: /"importMap"\s*:\s*"([^"]*)"/.exec(text)?.[1],
      lock: /"lock"\s*:\s*(?:"|\{\s*"path"\s*:\s*")([^"]*)"/.exec(text)?.[1] ?? !/"lock"\s*:\s*false/.test(text),
    };
  }
}

function lockOf(config: string, setting: unknown): string | undefined {
  if (setting === false) return undefined;
  const path = typeof setting === "object" && setting !== null ? (setting as { path?: unknown }).path : setting;
  return resolve(dirname(config), typeof path === "string" ? path : "deno.lock");
}
