import { completionScript, type Shell } from "./completion_script.ts";
import type { Context } from "./context.ts";
import type { CompletionsFlags } from "./shell_flags.ts";

/** `completions`: the script for a shell. */
export default function completions(this: Context, { name }: CompletionsFlags, shell: Shell): void {
  this.output.write(completionScript(shell, name));
}
