import { buildCommand, type Command } from "@stricli/core";
import { type Shell, SHELLS } from "./completion_script.ts";
import type { Context } from "./context.ts";
import { type CompletionsFlags, flag, type InitFlags, nameFlag } from "./flags.ts";

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

/** The commands for a first pipeline and for shells, by name. */
export const shellVerbs: Readonly<Record<string, Command<Context>>> = { init, completions, complete };
