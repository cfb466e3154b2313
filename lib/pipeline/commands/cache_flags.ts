import type { TypedFlagParameter } from "@stricli/core";
import { bytes, MEMORY } from "../file/quantity.ts";
import type { Context } from "./context.ts";
import { asTyped, type FileFlags } from "./flags.ts";

/** Flags of `gc`. */
export type GcFlags = FileFlags & {
  /** Bytes that may be left. */
  readonly budget?: number;
  /** Branches and tags whose locks count; all unless given. */
  readonly revision?: readonly string[];
  /** Only say what would be removed. */
  readonly dry: boolean;
};

/** `--budget`. */
export const budgetFlag: TypedFlagParameter<number | undefined, Context> = {
  kind: "parsed",
  parse: parseBytes,
  optional: true,
  brief: "Remove what was used least recently until no more than this is left, e.g. 20GB; else only what nothing names",
  placeholder: "size",
};

/** `--revision`, which may be given several times. */
export const revisionsFlag: TypedFlagParameter<readonly string[] | undefined, Context> = {
  kind: "parsed",
  parse: asTyped,
  optional: true,
  variadic: true,
  brief: "A branch or tag (may be given again): the locks of those alone count, else those of all",
  placeholder: "name",
};

function parseBytes(input: string): number {
  const text = input.trim();
  if (!MEMORY.test(text)) throw new Error(`"${input}" is not a size such as 20GB or 512MiB`);
  return bytes(text);
}
