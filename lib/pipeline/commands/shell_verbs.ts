import { buildCommand, type Command } from "@stricli/core";
import { type Shell, SHELLS } from "./completion_script.ts";
import type { Context } from "./context.ts";
import { fileFlags, flag, targets } from "./flags.ts";
import { type CompletionsFlags, type InitFlags, nameFlag, type RunFlags } from "./shell_flags.ts";

const init = buildCommand<InitFlags, [string?], Context>({
  loader: () => import("./init.ts"),
  parameters: {
    flags: { cmd: flag("A shell command as the first stage instead of a Deno module") },
    positional: {
      kind: "tuple",
      parameters: [{
        parse: String,
        brief: "Where; the current folder unless given",
        placeholder: "folder",
        optional: true,
      }],
    },
  },
  docs: { brief: "Write a pipeline file to start from, with one stage" },
});

const run = buildCommand<RunFlags, [string, ...string[]], Context>({
  loader: () => import("./run.ts"),
  parameters: {
    flags: {
      shell: flag("Open a shell there instead, with the stage's environment; $STAGE_RUN runs the stage"),
      keep: flag("Keep the copy after success, too"),
      ...fileFlags,
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        ...targets.parameter,
        brief: "The stage; behind --, words for its last command, or flags of deno for a module: --inspect-brk",
        placeholder: "stage",
      },
    },
  },
  docs: {
    brief: "Run one stage in a copy of what it reads, on this terminal, to look at it; the project stays as it is",
    fullDescription: `Runs one stage in a copy of what it reads. Nothing in the project changes.
Behind -- stand words for its last command (run train -- --pdb), or flags of deno for a module (run draw -- --inspect-brk).
The copy stays where the stage fails, and is named.`,
  },
});

const completions = buildCommand<CompletionsFlags, [Shell], Context>({
  loader: () => import("./completions.ts"),
  parameters: {
    flags: { name: nameFlag },
    positional: {
      kind: "tuple",
      parameters: [{
        parse(input: string): Shell {
          const shell = SHELLS.find((name) => name === input);
          if (shell === undefined) throw new Error(`"${input}" is none of ${SHELLS.join(", ")}`);
          return shell;
        },
        proposeCompletions: (partial: string) => SHELLS.filter((shell) => shell.startsWith(partial)),
        brief: SHELLS.join(", "),
        placeholder: "shell",
      }],
    },
  },
  docs: {
    brief: "Print the script that has bash, zsh or fish complete commands, flags and names of stages",
    fullDescription: `Prints a script for the start-up file of a shell:

  bash:  source <(pipeline completions bash)
  zsh:   source <(pipeline completions zsh)
  fish:  pipeline completions fish | source`,
  },
});

const complete = buildCommand<Record<never, never>, string[], Context>({
  loader: () => import("./complete.ts"),
  parameters: { positional: { kind: "array", parameter: { parse: String, brief: "Words", placeholder: "word" } } },
  docs: { brief: "What the last word may become" },
});

/** The commands for a first pipeline, for a look at a stage, and for shells, by name. */
export const shellVerbs: Readonly<Record<string, Command<Context>>> = { run, init, completions, complete };
