import type { CommandContext, StricliProcess } from "@stricli/core";
import type { Output } from "../display/output.ts";

/** What a command gets of the process that it runs in. */
export interface Context extends CommandContext {
  /** The streams as the command line library wants them; a command sets `exitCode` where it is not to be 0. */
  readonly process: StricliProcess;
  /** Reports and run logs. */
  readonly output: Output;
  /** What is wrong with the command line or the pipeline. */
  readonly errors: Output;
  /** The command line behind the program's name. */
  readonly inputs: readonly string[];
  /** True: what is wrong is for programs, too, a line of JSON each on the standard output. */
  readonly json?: boolean;
  /** Absolute current folder. */
  readonly folder: string;
}
