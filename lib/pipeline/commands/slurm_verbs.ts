import { buildCommand, type Command } from "@stricli/core";
import type { Context } from "./context.ts";
import { type CommonFlags, commonFlags, fileFlags, flag, type LogsFlags, stageTarget, targets } from "./flags.ts";

const cancel = buildCommand<CommonFlags, string[], Context>({
  loader: () => import("./cancel.ts"),
  parameters: { flags: commonFlags, positional: targets },
  docs: {
    brief: "End the Slurm jobs of stages, also those that an engine has left",
    fullDescription:
      "Ends the Slurm jobs of the targets, of all stages without any. A repro that waits for one tells that it was cancelled; the next one begins its stage anew.",
  },
});

const logs = buildCommand<LogsFlags, [string], Context>({
  loader: () => import("./logs.ts"),
  parameters: {
    flags: { follow: flag("Go on until the job has ended"), ...fileFlags },
    aliases: { f: "follow" },
    positional: stageTarget,
  },
  docs: { brief: "Print what the Slurm job of a stage has printed so far, or the last one that it had" },
});

/** The commands about Slurm jobs, by name. */
export const slurmVerbs: Readonly<Record<string, Command<Context>>> = { cancel, logs };
