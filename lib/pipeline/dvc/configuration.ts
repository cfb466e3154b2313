import { join } from "node:path";
import type { FlagStyle } from "../file/command_flags.ts";

/**
 * How maps become flags of a command, by `parsing.bool` and `parsing.list` of a DVC project's configuration:
 * `.dvc/config`, and `.dvc/config.local` over it.
 */
export function flagStyle(root: string): FlagStyle {
  const values = new Map(["config", "config.local"].flatMap((name) => [...readSection(join(root, ".dvc", name))]));
  return { noFlags: values.get("bool") === "boolean_optional", repeat: values.get("list") === "append" };
}

/** The entries of a configuration's section `parsing`. */
function readSection(path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section: string | undefined;
  for (const line of textOf(path).split("\n")) {
    section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (section === "parsing" && key !== undefined) values.set(key, value!.replace(/^(["'])(.*)\1$/, "$2"));
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
