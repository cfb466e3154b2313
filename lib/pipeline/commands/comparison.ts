import { join, relative } from "node:path";
import { changesTable } from "../display/value_table.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { readPipeline } from "../file/reader.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { lockPath, readLock } from "../store/lock.ts";
import { Workspace } from "../store/workspace.ts";
import { toJson } from "../value.ts";
import { type Changes, changesBetween } from "../values/change.ts";
import { openRevision } from "../values/revision.ts";
import { metricsOf, paramsOf, type TrackedValues } from "../values/tracked_values.ts";
import { chosenPaths } from "./chosen_paths.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { DiffFlags, RoundingFlags } from "./flags.ts";
import { conclude, openRequests, report } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** What is compared. */
export type Tracked = "metrics" | "params";

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
    const before = await valuesAt(context, what, flags, pipeline, workspace, from);
    const now = await valuesAt(context, what, flags, pipeline, workspace, to);
    if (before === undefined || now === undefined) return conclude(context, EXIT.invalid);
    const changes = changesBetween(before, now, flags.all);
    const text = flags.json
      ? `${JSON.stringify(jsonOf(changes))}\n`
      : changesTable(changes, what === "metrics" ? "Metric" : "Param", from, to ?? "workspace", flags);
    context.output.write(text);
  }
}

async function valuesAt(
  context: Context,
  what: Tracked,
  { deps, targets }: DiffFlags,
  pipeline: Pipeline,
  workspace: Workspace,
  revision: string | undefined,
): Promise<TrackedValues | undefined> {
  const diagnostics: Diagnostic[] = [];
  const only = chosenPaths(context, pipeline.folder, targets);
  const take = async (of: Pipeline): Promise<TrackedValues> => {
    if (what === "params") return await paramsOf(of, diagnostics, { dependencies: deps, only });
    const lock = await readLock(lockPath(of.file), workspace.index);
    const outs = lock.ok ? [...lock.value.stages.values()].flatMap(({ outs }) => outs) : [];
    // What git does not keep is found in the cache, by the lock of the revision.
    const elsewhere = (name: string): string | undefined => {
      const out = outs.find(({ path }) => path === name);
      return out !== undefined && workspace.blobs.has(out.sha256) ? workspace.blobs.path(out.sha256) : undefined;
    };
    return await metricsOf(of, diagnostics, { elsewhere, only });
  };
  if (revision === undefined) {
    const values = await take(pipeline);
    report(context, diagnostics);
    return values;
  }
  using opened = await openRevision(pipeline.folder, revision).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const read = await readPipeline(join(opened.folder, relative(pipeline.folder, pipeline.file)));
  if (!read.ok) {
    report(context, read.diagnostics);
    return undefined;
  }
  const values = await take(read.value);
  report(context, diagnostics.map(({ message, ...rest }) => ({ ...rest, message: `${message} in ${revision}` })));
  return values;
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
