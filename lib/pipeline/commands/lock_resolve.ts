import { basename, dirname } from "node:path";
import { shownPath } from "../diagnostic_text.ts";
import type { Stage } from "../file/pipeline.ts";
import { git, readObjects } from "../git.ts";
import { fingerprintOf } from "../plan/fingerprint.ts";
import type { Planner } from "../plan/planner.ts";
import { prepare } from "../run/preparation.ts";
import { type Lock, lockPath, writeLock } from "../store/lock.ts";
import { type Conflict, type MergedLock, mergeLocks } from "../store/lock_merge.ts";
import { type LockContent, parseLock } from "../store/lock_text.ts";
import type { StageRecord } from "../store/stage_record.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { FileFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { soleWriter } from "./sole_writer.ts";
import { UsageError } from "./usage_error.ts";

/** `lock resolve`: settles what a merge left open in the lock by what the stages are now. Nothing is run. */
export default async function lockResolve(this: Context, flags: FileFlags): Promise<void> {
  for (const opened of await openRequests(this, { ...flags, glob: false }, [])) {
    const path = lockPath(opened.pipeline.file);
    const merged = await mergedVersions(this, path);
    if (merged === undefined) return conclude(this, EXIT.invalid);
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    await settle(this, opened, workspace, { path, ...merged });
  }
}

async function settle(
  context: Context,
  { pipeline, graph, selected }: Opened,
  workspace: Workspace,
  { conflicts, ...lock }: Lock & MergedLock,
): Promise<void> {
  const preparation = await prepare(workspace, pipeline, graph, selected, { lock });
  report(context, preparation.diagnostics);
  if (!preparation.ok) return conclude(context, EXIT.invalid);
  // Upstream stages first: what their records leave is what the others read.
  for (const stage of graph.stages.values()) {
    const conflict = conflicts.get(stage.name);
    if (conflict === undefined) continue;
    const [side, record] = await fitting(preparation.value.planner, workspace, stage, conflict);
    if (record !== undefined) lock.stages.set(stage.name, record);
    context.output.write(`${stage.name}: ${side}\n`);
  }
  writeLock(lock, workspace.temporary);
  const shown = shownPath(lock.path, context.folder);
  context.output.write(`${shown} is resolved; \`git add ${shown}\` says so to git\n`);
}

/** The side whose record is that of the stage as it is now, and the record. */
async function fitting(
  planner: Planner,
  workspace: Workspace,
  stage: Stage,
  { ours, theirs }: Conflict,
): Promise<readonly [side: string, record: StageRecord | undefined]> {
  // A frozen stage is not looked at, and keeps what it had.
  if (stage.frozen) return ["frozen, so ours stays", ours];
  const { identity, missing } = await planner.lockedIdentity(stage);
  const fingerprint = missing.length > 0 ? undefined : fingerprintOf(identity);
  const [ourFits, theirFits] = [ours, theirs].map((record) => record?.fingerprint === fingerprint);
  if (ours !== undefined && ourFits && theirFits) {
    // The same was run on both sides and left something else: what stands there decides.
    const found = await Promise.all(stage.outs.map(async ({ path, relative }) => ({
      relative,
      sha256: (await workspace.digests.digest(path))?.sha256,
    })));
    const stands = (record: StageRecord): boolean =>
      found.every(({ relative, sha256 }) => record.outs.some((out) => out.path === relative && out.sha256 === sha256));
    return stands(theirs!) && !stands(ours) ? ["theirs", theirs!] : ["ours", ours];
  }
  if (ours !== undefined && ourFits) return ["ours", ours];
  if (theirs !== undefined && theirFits) return ["theirs", theirs];
  return ["neither fits the files as they are; the next repro runs or restores it", undefined];
}

/** The three versions of a merge that git has of the file, merged; undefined where one is no lock. */
async function mergedVersions(context: Context, path: string): Promise<MergedLock | undefined> {
  const folder = dirname(path);
  const listed = await git(folder, ["ls-files", "-u", "-z", "--", basename(path)]).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const ids = new Map<string, string>();
  for (const line of new TextDecoder().decode(listed).split("\0")) {
    // `100644 <id> <1: base, 2: ours, 3: theirs>\t<path>`
    const [, id, side] = /^\d+ (\w+) ([123])\t/.exec(line) ?? [];
    if (id !== undefined && side !== undefined) ids.set(side, id);
  }
  if (ids.size === 0) {
    throw new UsageError(`${shownPath(path, context.folder)} is in no conflict of a merge, as far as git knows`);
  }
  const texts = await readObjects(folder, [...ids.values()]);
  const versions = new Map<string, LockContent>();
  for (const [position, side] of [...ids.keys()].entries()) {
    const content = parseLock({ path, text: new TextDecoder().decode(texts[position]) });
    report(context, content.diagnostics);
    if (!content.ok) return undefined;
    versions.set(side, content.value);
  }
  const version = (side: string): LockContent => versions.get(side) ?? { stages: new Map(), closures: new Map() };
  return mergeLocks(version("1"), version("2"), version("3"));
}
