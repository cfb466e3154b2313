import { join, resolve } from "node:path";
import type { FlagStyle } from "../file/command_flags.ts";

/**
 * How maps become flags of a command, by `parsing.bool` and `parsing.list` of a DVC project's configuration:
 * `.dvc/config`, and `.dvc/config.local` over it.
 */
export function flagStyle(root: string): FlagStyle {
  const values = readSection(root, "parsing");
  return { noFlags: values.get("bool") === "boolean_optional", repeat: values.get("list") === "append" };
}

/** Absolute folder of a DVC project's cache: `cache.dir`, else `.dvc/cache`. */
export function cacheFolder(root: string): string {
  return resolve(root, ".dvc", readSection(root, "cache").get("dir") ?? "cache");
}

/** A value of a DVC project's configuration; undefined where it is not set. */
export function configurationValue(root: string, section: string, key: string): string | undefined {
  return readSection(root, section).get(key);
}

/** The entries of a section of the configuration. */
function readSection(root: string, wanted: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const name of ["config", "config.local"]) {
    let section: string | undefined;
    for (const line of textOf(join(root, ".dvc", name)).split("\n")) {
      section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
      const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (section === wanted && key !== undefined) values.set(key, value!.replace(/^(["'])(.*)\1$/, "$2"));
    }
  }
  return values;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
