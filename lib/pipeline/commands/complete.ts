import { proposeCompletions } from "@stricli/core";
import type { Context } from "./context.ts";

/** `complete`: what the last of the given words may become, a line each; of commands and flags, what they are for. The shells' scripts ask it. */
export default async function complete(
  this: Context,
  _flags: Record<never, never>,
  ...words: string[]
): Promise<void> {
  const { application } = await import("./application.ts");
  const proposals = await proposeCompletions(application, words, { ...this, inputs: words });
  for (const { kind, completion, brief } of proposals) {
    // What is said of a value is said of all of its kind.
    this.output.write(kind === "argument:value" ? `${completion}\n` : `${completion}\t${brief.split("\n", 1)[0]}\n`);
  }
}
