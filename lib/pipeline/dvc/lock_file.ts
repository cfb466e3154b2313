import { join } from "node:path";
import { z } from "zod";
import { readDocument } from "../file/document.ts";
import { child, toPlain, toValue } from "../file/node.ts";
import { isMap, type Value } from "../value.ts";

/** A stage of a `dvc.lock`. Paths are relative to the stage's `wdir`, as written. */
export interface DvcRecord {
  /** The commands, a process each. */
  readonly lines: readonly string[];
  /** md5 by path; `.dir` at the end of a folder's. */
  readonly deps: ReadonlyMap<string, string>;
  /** Values by file and key. */
  readonly params: { readonly [file: string]: Value };
  /** As of deps. */
  readonly outs: ReadonlyMap<string, string>;
}

const files = z.array(z.looseObject({ path: z.string(), md5: z.string().optional() })).default([]);
const lockSchema = z.looseObject({
  schema: z.literal("2.0"),
  stages: z.record(
    z.string(),
    z.looseObject({ cmd: z.union([z.string(), z.array(z.string())]), deps: files, outs: files }),
  ).default({}),
});

/**
 * Reads the `dvc.lock` in a folder.
 *
 * @returns its stages by name; none where there is no such file
 * @throws {Error} where it is no lock of schema 2.0; the message is a sentence
 */
export async function readDvcLock(folder: string): Promise<ReadonlyMap<string, DvcRecord>> {
  const path = join(folder, "dvc.lock");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
  const document = readDocument({ path, text });
  const checked = document.ok ? lockSchema.safeParse(toPlain(document.value)) : undefined;
  if (!document.ok || !checked?.success) {
    throw new Error(`${path} is no lock of DVC with schema 2.0; run \`dvc repro\` first`);
  }
  const written = child(document.value, "stages");
  return new Map(
    Object.entries(checked.data.stages).map(([name, { cmd, deps, outs }]) => {
      const params = child(child(written, name), "params");
      const values = params === undefined ? {} : toValue(params);
      const lines = (typeof cmd === "string" ? cmd.split(/\r?\n/) : cmd).filter((line) => line.trim() !== "");
      return [name, { lines, deps: digests(deps), outs: digests(outs), params: isMap(values) ? values : {} }];
    }),
  );
}

function digests(entries: z.output<typeof files>): ReadonlyMap<string, string> {
  return new Map(entries.flatMap(({ path, md5 }) => md5 === undefined ? [] : [[path, md5] as const]));
}
