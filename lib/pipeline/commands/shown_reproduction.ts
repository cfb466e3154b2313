import { basename } from "node:path";
import { type Absence, absenceLines } from "../display/absence_text.ts";
import { openDisplay } from "../display/opening.ts";
import { TimeOverText } from "../display/time_over_text.ts";
import { DVC_FILE } from "../file/pipeline.ts";
import type { Remote } from "../remote/remote.ts";
import type { Cluster, ClusterOptions } from "../run/cluster.ts";
import type { Event } from "../run/event.ts";
import type { Keeping } from "../run/preparation.ts";
import { reproduce, type ReproductionEnd } from "../run/reproduction.ts";
import type { OnFailure, TaskOutcome } from "../run/scheduler.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ReproFlags } from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { conclude, type Opened, report } from "./opening.ts";
import { retryCommand, sameCommand } from "./retry.ts";
import { hasSlurmTraces } from "./slurm_traces.ts";

/** How stages are reproduced. */
export type ReproductionFlags =
  & Partial<
    Pick<
      ReproFlags,
      | "jobs"
      | "force"
      | "forceDownstream"
      | "keepGoing"
      | "ignoreErrors"
      | "interactive"
      | "timeBudget"
      | "executor"
      | "detach"
      | "json"
    >
  >
  & {
    /** What is kept, and what of it is used. */
    readonly keeping?: Keeping;
    /** Opens the remotes in which results are looked for before a stage runs. */
    readonly remotes?: (signal: AbortSignal) => Promise<readonly Remote[]>;
    /** The start of the command that runs one stage again, for messages. */
    readonly retry: string;
  };

/**
 * Reproduces stages and shows it; signals and the end of the time budget end it. What is wrong with the pipeline, or
 * what ended it, sets the exit code.
 *
 * @returns what became of each stage; undefined where nothing was started, or something ended it
 */
export async function reproduceShown(
  context: Context,
  workspace: Workspace,
  opened: Omit<Opened, "asked">,
  flags: ReproductionFlags,
): Promise<ReadonlyMap<string, TaskOutcome> | undefined> {
  const display = await openDisplay(context.output, context.folder, flags.json);
  const timeOver = new TimeOverText();
  const absences: Absence[] = [];
  const show = (event: Event): void => {
    timeOver.add(event);
    if (event.kind === "stage absent") absences.push(event);
    display.show(event);
  };
  using interruption = new Interruption({
    ask: (left) => show({ kind: "run interrupted", time: Date.now(), ...left === undefined ? {} : { left } }),
    leave: display.close,
  }, flags.timeBudget);
  const isDvc = basename(opened.pipeline.file) === DVC_FILE;
  const options = {
    ...flags.interactive ? { jobs: 1, confirm } : flags.jobs !== undefined && { jobs: flags.jobs },
    force: flags.force ?? false,
    forceDownstream: flags.forceDownstream ?? false,
    onFailure: onFailure(flags),
    inOrder: isDvc && flags.jobs === undefined,
    retry: flags.retry,
    ...(flags.executor && { executor: flags.executor }),
    detach: flags.detach ?? false,
    openCluster,
    ...(flags.remotes && { remotes: await flags.remotes(interruption.signal) }),
    ...(flags.keeping && { keeping: flags.keeping }),
  };
  let end: ReproductionEnd | undefined;
  try {
    end = await reproduce(workspace, opened, options, show, interruption.signal, interruption.kill);
  } catch (error) {
    // Aborted before anything had started. What else is thrown is news, interrupted or not.
    if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
  } finally {
    display.close();
  }
  if (end?.kind === "invalid") {
    report(context, end.diagnostics);
    conclude(context, EXIT.invalid);
    return undefined;
  }
  if (!flags.json) {
    const isBrought = flags.keeping?.sparesAll ?? false;
    const command = retryCommand(context.folder, opened.pipeline.file, "repro", ...isBrought ? ["--pull"] : []);
    for (const line of absenceLines(absences, command, isBrought)) context.output.write(`${line}\n`);
  }
  if (interruption.code === undefined) return end?.outcomes;
  if (interruption.code === EXIT.timeOver && flags.timeBudget !== undefined) {
    const outcomes = [...end?.outcomes.values() ?? ["not started"]];
    // All was done just in time.
    if (outcomes.every((outcome) => outcome === "done")) return end?.outcomes;
    const command = sameCommand(context.folder, context.inputs);
    if (!flags.json) context.output.write(`${timeOver.text(flags.timeBudget.text, command)}\n`);
    // What failed is not mended by more time.
    if (outcomes.includes("failed")) conclude(context, EXIT.failed);
  }
  conclude(context, interruption.code);
  return undefined;
}

/** Asks at the terminal, where nothing else is written meanwhile; without a terminal the answer is no, as in DVC. */
function confirm(stage: string): boolean {
  return globalThis.confirm(`${stage} is about to run. Go on?`);
}

function onFailure({ keepGoing, ignoreErrors }: Pick<ReproductionFlags, "keepGoing" | "ignoreErrors">): OnFailure {
  if (ignoreErrors) return "ignore";
  return keepGoing ? "go on" : "stop";
}

/** Slurm, where stages are to run there or an engine before this one may have left jobs. */
async function openCluster(options: ClusterOptions): Promise<Cluster | undefined> {
  if (!options.needed && !hasSlurmTraces(options.workspace)) return undefined;
  const { Slurm } = await import("../slurm/cluster.ts");
  return new Slurm(options);
}
