import type { Executor } from "../file/pipeline.ts";
import type { Remote } from "../remote/remote.ts";
import type { TaskOutcome } from "../run/scheduler.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ReproFlags } from "./flags.ts";
import { conclude, type Opened, openRequests } from "./opening.ts";
import { selectedRemotes } from "./remote_selection.ts";
import { retryCommand } from "./retry.ts";
import { reproduceShown } from "./shown_reproduction.ts";
import { showPlan } from "./status.ts";
import { UsageError } from "./usage_error.ts";

/** `repro`: brings stages up to date. */
export default async function repro(this: Context, flags: ReproFlags, ...targets: string[]): Promise<void> {
  if (flags.singleItem && flags.downstream) {
    throw new UsageError(
      "--single-item and --downstream contradict each other: the first one leaves out what the second adds",
    );
  }
  if (flags.pipeline && (flags.singleItem || flags.downstream)) {
    throw new UsageError(
      `--${
        flags.singleItem ? "single-item" : "downstream"
      } and --pipeline contradict each other: one takes less of what is connected`,
    );
  }
  if (flags.forceDownstream && flags.detach) {
    throw new UsageError(
      "--force-downstream and --detach contradict each other: what runs is only known once the stages before have run",
    );
  }
  if (flags.pull && flags.dry) {
    throw new UsageError("--pull and --dry contradict each other: what remotes have is only known once they are asked");
  }
  if (flags.allPipelines && targets.length > 0) {
    throw new UsageError("--all-pipelines takes no targets: it is about every stage of the project");
  }
  if (targets.length === 0 && (flags.singleItem || flags.downstream)) {
    throw new UsageError(`--${flags.singleItem ? "single-item" : "downstream"} needs a target`);
  }
  if (flags.force && flags.timeBudget !== undefined) {
    throw new UsageError(
      "--force and --time-budget contradict each other: what --force begins anew, no later run goes on with",
    );
  }
  if (flags.interactive && (flags.json || flags.detach || (flags.jobs ?? 1) > 1)) {
    const other = flags.json ? "json" : flags.detach ? "detach" : "jobs";
    throw new UsageError(
      `--interactive and --${other} contradict each other: it asks somebody at the terminal, before one stage at a time`,
    );
  }
  const options = {
    allowMissing: flags.allowMissing,
    sparesAll: flags.allowMissing && flags.pull,
    runCache: !flags.noRunCache,
    store: !flags.noCommit,
  };
  const context = { ...this, json: flags.json };
  for (const opened of await openRequests(context, { ...flags, own: !flags.allPipelines }, targets)) {
    if (flags.detach && !someOnSlurm(opened, flags.executor)) {
      throw new UsageError(
        "--detach is for stages that run on Slurm, and none of these does; add --executor slurm, or executor: slurm to the file",
      );
    }
    const remotes = (signal: AbortSignal): Promise<readonly Remote[]> =>
      selectedRemotes(opened.pipeline, {}, "--pull", { signal });
    const keeping = flags.force ? options : { ...options, asked: opened.asked };
    using workspace = await Workspace.open(opened.pipeline.folder);
    if (flags.dry) await showPlan(context, workspace, opened, { force: flags.force, json: flags.json, keeping });
    else {
      const retry = retryCommand(this.folder, opened.pipeline.file, "repro", "--single-item");
      const outcomes = await reproduceShown(context, workspace, opened, {
        ...flags,
        retry,
        keeping,
        ...flags.pull && { remotes },
      });
      if ([...outcomes?.values() ?? []].some((outcome) => isBad(outcome, flags))) conclude(context, EXIT.failed);
    }
    const code = context.process.exitCode ?? EXIT.ok;
    if (code !== EXIT.ok && !(flags.keepGoing && code === EXIT.failed)) return;
  }
}

/** What is not started by a run that waits for nothing, a later one does; what fails may be of no concern. */
function isBad(outcome: TaskOutcome, { detach, ignoreErrors }: ReproFlags): boolean {
  if (outcome === "failed") return !ignoreErrors;
  return outcome !== "done" && outcome !== "submitted" && !(detach && outcome === "not started");
}

function someOnSlurm({ graph, selected }: Opened, executor: Executor | undefined): boolean {
  return [...selected].some((name) => (executor ?? graph.stages.get(name)?.executor) === "slurm");
}
