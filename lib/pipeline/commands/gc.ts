import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { bytesText, countText, timeText } from "../display/quantity.ts";
import { Submissions, submissionsFolder } from "../slurm/submissions.ts";
import { collect, type CollectedEntry, planCollection } from "../store/collection.ts";
import { findLocks } from "../store/lock_search.ts";
import { type LockContent, parseLock } from "../store/lock_text.ts";
import { type Needs, needsOf } from "../store/needs.ts";
import { StoreError } from "../store/store_error.ts";
import { Workspace } from "../store/workspace.ts";
import { branchesAndTags, locksAt } from "../values/branch_locks.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { GcFlags } from "./cache_flags.ts";
import { conclude, report } from "./opening.ts";
import { parseRequests } from "./request.ts";
import { soleWriter } from "./sole_writer.ts";
import { UsageError } from "./usage_error.ts";

/** `gc`: removes from the cache what no lock needs, and what was used least recently, as far as a budget asks for it. */
export default async function gc(this: Context, flags: GcFlags): Promise<void> {
  const [request] = parseRequests([], flags.file, this.folder);
  using workspace = await Workspace.open(dirname(request!.file));
  await using _writer = await soleWriter(this, workspace);
  refuseUnderJobs(workspace);
  const needs = await neededIn(this, workspace, flags.revision);
  if (needs === undefined) return conclude(this, EXIT.invalid);
  const budget = flags.budget ?? Infinity;
  const collection = planCollection(workspace, needs, budget);
  if (!flags.dry) collect(workspace, collection);
  const { entries, blobs, freed, left, needed } = collection;
  const count = (of: CollectedEntry["kind"]): string => countText(entries.filter(({ kind }) => kind === of).length, of);
  const lines = [
    ...flags.dry ? entries.map(entryText) : [],
    `${flags.dry ? "Would remove" : "Removed"} ${count("result")}, ${count("checkpoint")} and ${
      countText(blobs.length, "file")
    } of the cache, ${bytesText(freed)}; ${bytesText(left)} ${flags.dry ? "would be" : "are"} left, ${
      bytesText(needed)
    } of them needed by locks`,
  ];
  if (needed > budget) lines.push("What locks need is more than the budget, and stays");
  this.output.write(`${lines.join("\n")}\n`);
}

/** What Slurm jobs read and leave may be in the cache alone, where nothing names it yet. */
function refuseUnderJobs(workspace: Workspace): void {
  const stages = new Submissions(submissionsFolder(workspace)).read().map(({ stage }) => stage);
  if (stages.length === 0) return;
  throw new StoreError(`There are Slurm jobs, which need the cache as it is: of ${stages.slice(0, 3).join(", ")}`, [
    "`repro` takes over what they leave, `cancel` and then `repro` ends them",
  ]);
}

function entryText({ kind, name, stage, used }: CollectedEntry): string {
  const what = stage === undefined ? `a ${kind}` : `a ${kind} of ${stage}`;
  return `${what} (${name.slice(0, 12)}), last used ${timeText(new Date(used).toISOString())}`;
}

/** What the locks of the files as they are, and of branches and tags, need; undefined where one cannot be read. */
export async function neededIn(
  context: Context,
  workspace: Workspace,
  revisions: readonly string[] | undefined,
): Promise<Needs | undefined> {
  const { root } = workspace;
  const inGit = existsSync(join(root, ".git"));
  if (!inGit && revisions !== undefined) throw new UsageError(`${root} is no git repository, so it has no revisions`);
  const committed = async () => await locksAt(root, revisions ?? await branchesAndTags(root));
  const earlier = inGit
    ? await committed().catch((error: Error) => {
      throw new UsageError(error.message);
    })
    : [];
  const contents: LockContent[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of [...findLocks(root), ...earlier]) {
    const content = parseLock(source);
    if (content.ok) contents.push(content.value);
    else diagnostics.push(...content.diagnostics);
  }
  report(context, diagnostics);
  return diagnostics.length > 0 ? undefined : needsOf(contents, workspace.results);
}
