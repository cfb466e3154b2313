import { isDeepStrictEqual } from "node:util";
import { valuesTable } from "../display/value_table.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { Workspace } from "../store/workspace.ts";
import { type Json, toJson } from "../value.ts";
import { currentBranch, revisionsIn } from "../values/known_revisions.ts";
import type { TrackedValues } from "../values/tracked_values.ts";
import { chosenPaths } from "./chosen_paths.ts";
import type { Context } from "./context.ts";
import type { MetricsShowFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";
import { valuesAt } from "./revision_values.ts";
import { UsageError } from "./usage_error.ts";

/** What is known of a revision. */
interface Shown {
  /** Undefined: the pipeline cannot be read there. */
  readonly values: TrackedValues | undefined;
  /** What is wrong with the files that cannot be shown, by path. */
  readonly lost: ReadonlyMap<string, string>;
}

/** `metrics show`: what the metrics files hold, as they are or in many revisions. */
export default async function metricsShow(
  this: Context,
  flags: MetricsShowFlags,
  ...targets: string[]
): Promise<void> {
  const isOfMany = flags.allBranches || flags.allTags || flags.allCommits;
  for (const { pipeline } of await openRequests(this, flags, [])) {
    using workspace = await Workspace.open(pipeline.folder);
    const only = chosenPaths(this, pipeline.folder, targets);
    const at = async (revision?: string, name?: string): Promise<Shown> => {
      const lost = new Map<string, string>();
      const tracking = { only, lost: (path: string, message: string) => void lost.set(path, message) };
      return { values: await valuesAt(this, "metrics", pipeline, workspace, revision, tracking, name), lost };
    };
    const shown = isOfMany ? await inRevisions(pipeline, flags, at) : new Map([["", await at()]]);
    this.output.write(
      flags.json
        ? `${JSON.stringify(Object.fromEntries(shown.entries().map(([name, one]) => [name, jsonOf(one)])))}\n`
        : valuesTable(
          new Map(shown.entries().map(([name, { values, lost }]) => [name, withLost(values ?? new Map(), lost)])),
          { ...flags, revisions: isOfMany },
        ),
    );
  }
}

/** As DVC: the files as they are come first, unless what the branch that is checked out has is whole and the same. */
async function inRevisions(
  { folder }: Pipeline,
  flags: MetricsShowFlags,
  at: (revision?: string, name?: string) => Promise<Shown>,
): Promise<ReadonlyMap<string, Shown>> {
  const revisions = await revisionsIn(folder, flags).catch((error: Error) => {
    throw new UsageError(error.message);
  });
  const shown = new Map([["workspace", await at()]]);
  for (const [commit, names] of revisions) shown.set(names, await at(commit, names));
  const branch = shown.get(await currentBranch(folder) ?? "");
  const isWhole = branch?.values !== undefined && branch.lost.size === 0;
  if (isWhole && isDeepStrictEqual(jsonOf(branch), jsonOf(shown.get("workspace")!))) shown.delete("workspace");
  return shown;
}

function withLost(values: TrackedValues, lost: ReadonlyMap<string, string>): TrackedValues {
  return new Map([...values, ...lost.keys().map((path) => [path, {}] as const)]);
}

function jsonOf({ values, lost }: Shown): Json {
  if (values === undefined) return { error: { msg: "the pipeline cannot be read" } };
  const data = [
    ...values.entries().map(([path, value]) => [path, { data: toJson(value) }] as const),
    ...lost.entries().map(([path, msg]) => [path, { error: { msg } }] as const),
  ];
  return { data: Object.fromEntries(data) };
}
