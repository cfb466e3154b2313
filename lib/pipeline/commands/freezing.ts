import { shownPath } from "../diagnostic_text.ts";
import { withFrozen } from "../file/frozen_text.ts";
import { writeDurably } from "../store/durable_file.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { parseRequests } from "./request.ts";
import { UsageError } from "./usage_error.ts";

/**
 * `freeze` and `unfreeze`: write `frozen: true` into the file for the named stages, or remove it.
 *
 * @throws {UsageError} where a name is none of a stage that stands in the file; then nothing is written
 */
export async function setFrozen(
  context: Context,
  { file }: CommonFlags,
  targets: readonly string[],
  frozen: boolean,
): Promise<void> {
  if (targets.length === 0) throw new UsageError(`${frozen ? "freeze" : "unfreeze"} needs the name of a stage`);
  const texts = new Map<string, string>();
  const said: string[] = [];
  for (const request of parseRequests(targets, file, context.folder)) {
    for (const name of request.targets) {
      const path = request.file;
      const text = withFrozen({ path, text: texts.get(path) ?? await Deno.readTextFile(path) }, name, frozen);
      if (text === undefined) {
        throw new UsageError(`${name} is no stage that stands in ${path}; of a group, name its stage without @`);
      }
      texts.set(path, text);
      said.push(`${name} is ${frozen ? "frozen" : "not frozen"} (${shownPath(path, context.folder)})\n`);
    }
  }
  for (const [path, text] of texts) writeDurably(path, text);
  context.output.write(said.join(""));
}
