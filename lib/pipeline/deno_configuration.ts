import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What decides how Deno resolves a module's imports. */
export interface Configuration {
  /** Absolute path of the nearest `deno.json` or `deno.jsonc`; undefined where there is none. */
  readonly config: string | undefined;
  /** Absolute path of the lock file; undefined where there is none. */
  readonly lock: string | undefined;
  /** The settings that bear on what the code does at run time, as text; `""` where there are none. */
  readonly emission: string;
  /** All files that resolution depends on, whether they exist or not; absolute. */
  readonly files: readonly string[];
}

/** The configuration that Deno would use for a module: the nearest one from its folder up, and the nearest lock. */
export function configurationOf(module: string): Configuration {
  const files: string[] = [];
  const configs: string[] = [];
  for (let folder = dirname(module);; folder = dirname(folder)) {
    const [json, jsonc, packageJson] = ["deno.json", "deno.jsonc", "package.json"].map((name) => join(folder, name));
    for (const path of [json, jsonc, packageJson]) if (path !== undefined) files.push(path);
    const config = [json, jsonc].find((path) => path !== undefined && existsSync(path));
    if (config !== undefined) configs.push(config);
    if (folder === dirname(folder)) break;
  }
  let lock: string | undefined;
  for (const config of configs) {
    const settings = readSettings(config);
    if (typeof settings.importMap === "string") files.push(resolve(dirname(config), settings.importMap));
    if (settings.lock === false) break;
    // A member of a workspace has none of its own.
    const path = lockOf(config, settings.lock);
    files.push(path);
    if (lock === undefined && existsSync(path)) lock = path;
  }
  return { config: configs[0], lock, emission: configs[0] === undefined ? "" : emissionOf(configs[0]), files };
}

const EMITTING = /"(?:jsx\w*|experimentalDecorators|emitDecoratorMetadata|unstable)"/;

/** How TypeScript is turned into JavaScript, and which features of Deno are on. */
function emissionOf(config: string): string {
  const text = readFileSync(config, "utf8");
  if (!EMITTING.test(text)) return "";
  try {
    const { compilerOptions = {}, unstable = null } = JSON.parse(text);
    const options = Object.entries(compilerOptions).filter(([name]) => EMITTING.test(`"${name}"`));
    return JSON.stringify([options.sort(), unstable]);
  } catch {
    // It has comments or trailing commas: rather too much than too little.
    return text;
  }
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
    // It has comments or trailing commas; what is wrong beyond that, Deno reports.
    return {
      importMap: /"importMap"\s*:\s*"([^"]*)"/.exec(text)?.[1],
      lock: /"lock"\s*:\s*(?:"|\{\s*"path"\s*:\s*")([^"]*)"/.exec(text)?.[1] ?? !/"lock"\s*:\s*false/.test(text),
    };
  }
}

function lockOf(config: string, setting: unknown): string {
  const path = typeof setting === "object" && setting !== null ? (setting as { path?: unknown }).path : setting;
  return resolve(dirname(config), typeof path === "string" ? path : "deno.lock");
}
