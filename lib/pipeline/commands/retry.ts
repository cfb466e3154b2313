import { fileURLToPath } from "node:url";
import { shownPath } from "../diagnostic_text.ts";
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
  const selection = findPipelineFile(folder) === file ? [] : ["--file", shownPath(file, folder)];
  return [programText(folder), command, ...selection, ...options].join(" ");
}

/** How this program was started: by a task of the project, else by itself. */
function programText(folder: string): string {
  if (Deno.env.has("INIT_CWD")) return "deno task";
  return `deno run -A ${shownPath(fileURLToPath(Deno.mainModule), folder)}`;
}
