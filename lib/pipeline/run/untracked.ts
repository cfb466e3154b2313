import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import type { Stage } from "../file/pipeline.ts";

/** What a stage may read though it is no part of its fingerprint. */
export interface Untracked {
  /** Environment variables that are set; one that names a file or folder holds its absolute path. */
  readonly variables: Readonly<Record<string, string>>;
  /** Files and folders, absolute. */
  readonly paths: readonly string[];
}

/**
 * What the key `untracked` of a stage comes to. A variable may name a folder (a mirror of data, say) relative to where the
 * engine was started, as people write it; the stage, which runs elsewhere, gets the absolute path.
 */
export function untrackedOf({ untracked = [] }: Pick<Stage, "untracked">): Untracked {
  const variables: Record<string, string> = {};
  const paths: string[] = [];
  for (const entry of untracked) {
    if (isAbsolute(entry)) {
      paths.push(resolve(entry));
      continue;
    }
    const value = Deno.env.get(entry);
    if (value === undefined) continue;
    const path = value === "" ? undefined : resolve(value);
    const named = path !== undefined && existsSync(path);
    variables[entry] = named ? path : value;
    if (named) paths.push(path);
  }
  return { variables, paths };
}
