import { fileURLToPath } from "node:url";
import { shownPath } from "../diagnostic_text.ts";
import { shellWord } from "../shell_word.ts";
import { findPipelineFile } from "./pipeline_file.ts";

/**
 * What runs one stage of a pipeline, up to the stage's name, as it can be typed.
 *
 * @param folder absolute current folder
 * @param file absolute path of the pipeline file
 * @param command of this program
 * @param options behind it
 */
export function retryCommand(folder: string, file: string, command: string, ...options: readonly string[]): string {
  const selection = findPipelineFile(folder) === file ? [] : ["--file", shellWord(shownPath(file, folder))];
  return [programText(folder), command, ...selection, ...options].join(" ");
}

/** The same command line once more, as it can be typed. */
export function sameCommand(folder: string, inputs: readonly string[]): string {
  return [programText(folder), ...inputs.map(shellWord)].join(" ");
}

/** How this program was started: by a task of the project, else by itself. */
function programText(folder: string): string {
  if (Deno.env.has("INIT_CWD")) return "deno task";
  return `deno run -A ${shellWord(shownPath(fileURLToPath(Deno.mainModule), folder))}`;
}
