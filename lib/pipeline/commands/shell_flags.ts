import type { TypedFlagParameter } from "@stricli/core";
import type { Context } from "./context.ts";
import type { FileFlags } from "./flags.ts";

/** Flags of `run`. */
export type RunFlags = FileFlags & {
  /** A shell instead of the stage. */
  readonly shell: boolean;
  /** The copy stays after success, too. */
  readonly keep: boolean;
};

/** Flags of `init`. */
export type InitFlags = {
  /** A shell command as the first stage. */
  readonly cmd: boolean;
};

/** Flags of `completions`. */
export type CompletionsFlags = {
  /** By which the program is called. */
  readonly name: string;
};

/** `--name`. */
export const nameFlag: TypedFlagParameter<string, Context> = {
  kind: "parsed",
  parse: parseName,
  default: "pipeline",
  brief: "The name by which this program is called",
  placeholder: "name",
};

function parseName(input: string): string {
  if (!/^[\w.-]+$/.test(input)) throw new Error(`"${input}" is not the name of a program`);
  return input;
}
