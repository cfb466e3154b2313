import { changesTable } from "../display/value_table.ts";
import { Workspace } from "../store/workspace.ts";
import { toJson } from "../value.ts";
import { type Changes, changesBetween } from "../values/change.ts";
import { chosenPaths } from "./chosen_paths.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { DiffFlags, RoundingFlags } from "./flags.ts";
import { conclude, openRequests } from "./opening.ts";
import { type Tracked, valuesAt } from "./revision_values.ts";

/**
 * Shows how metrics or params differ between two git revisions, or between one (`HEAD` unless given) and the files as they
 * are.
 *
 * @throws {UsageError} where a revision cannot be read
 */
export async function compareRevisions(
  context: Context,
  what: Tracked,
  flags: DiffFlags & RoundingFlags,
  [from = "HEAD", to]: readonly string[],
): Promise<void> {
  for (const { pipeline } of await openRequests(context, flags, [])) {
    using workspace = await Workspace.open(pipeline.folder);
    const tracking = { dependencies: flags.deps, only: chosenPaths(context, pipeline.folder, flags.targets) };
    const before = await valuesAt(context, what, pipeline, workspace, from, tracking);
    const now = await valuesAt(context, what, pipeline, workspace, to, tracking);
    if (before === undefined || now === undefined) return conclude(context, EXIT.invalid);
    const changes = changesBetween(before, now, flags.all);
    const text = flags.json
      ? `${JSON.stringify(jsonOf(changes))}\n`
      : changesTable(changes, what === "metrics" ? "Metric" : "Param", from, to ?? "workspace", flags);
    context.output.write(text);
  }
}

function jsonOf(changes: Changes): unknown {
  const entries = [...changes].map(([path, keys]) => [
    path,
    Object.fromEntries([...keys].map(([key, change]) => [
      key,
      { ...change, old: toJson(change.old), new: toJson(change.new) },
    ])),
  ]);
  return Object.fromEntries(entries);
}
