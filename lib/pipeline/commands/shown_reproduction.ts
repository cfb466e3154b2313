import { basename } from "node:path";
import { openDisplay } from "../display/opening.ts";
import { reproduce, type ReproductionEnd } from "../run/reproduction.ts";
import type { TaskOutcome } from "../run/scheduler.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ReproFlags } from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { conclude, type Opened, report } from "./opening.ts";

/** How stages are reproduced. */
export type ReproductionFlags = Partial<Pick<ReproFlags, "jobs" | "force" | "keepGoing">> & {
  /** The start of the command that runs one stage again, for messages. */
  readonly retry: string;
};

/**
 * Reproduces stages and shows it; signals end it. What is wrong with the pipeline, or the signal, sets the exit code.
 *
 * @returns what became of each stage; undefined where nothing was started, or a signal ended it
 */
export async function reproduceShown(
  context: Context,
  workspace: Workspace,
  opened: Opened,
  flags: ReproductionFlags,
): Promise<ReadonlyMap<string, TaskOutcome> | undefined> {
  const display = await openDisplay(context.output, context.folder);
  using interruption = new Interruption({
    ask: () => display.show({ kind: "run interrupted", time: Date.now() }),
    leave: display.close,
  });
  const isDvc = basename(opened.pipeline.file) === "dvc.yaml";
  const options = {
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    force: flags.force ?? false,
    keepGoing: flags.keepGoing ?? false,
    inOrder: isDvc && flags.jobs === undefined,
    retry: flags.retry,
  };
  let end: ReproductionEnd | undefined;
  try {
    end = await reproduce(workspace, opened, options, display.show, interruption.signal, interruption.kill);
  } catch (error) {
    if (interruption.code === undefined) throw error;
  } finally {
    display.close();
  }
  if (end?.kind === "invalid") {
    report(context, end.diagnostics);
    conclude(context, EXIT.invalid);
    return undefined;
  }
  if (interruption.code === undefined) return end?.outcomes;
  conclude(context, interruption.code);
  return undefined;
}
