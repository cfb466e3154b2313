import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { shownPath } from "../diagnostic_text.ts";
import { openDisplay } from "../display/display.ts";
import { reproduce, type ReproductionEnd } from "../run/reproduction.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { ReproFlags } from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { findPipelineFile } from "./pipeline_file.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { showPlan } from "./status.ts";
import { UsageError } from "./usage_error.ts";

/** `repro`: brings stages up to date. */
export default async function repro(this: Context, flags: ReproFlags, ...targets: string[]): Promise<void> {
  if (flags.singleItem && flags.downstream) {
    throw new UsageError(
      "--single-item and --downstream contradict each other: the first one leaves out what the second adds",
    );
  }
  if (targets.length === 0 && (flags.singleItem || flags.downstream)) {
    throw new UsageError(`--${flags.singleItem ? "single-item" : "downstream"} needs a target`);
  }
  for (const opened of await openRequests(this, flags, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    if (flags.dry) await showPlan(this, workspace, opened, { force: flags.force });
    else await run(this, workspace, opened, flags);
    const code = this.process.exitCode ?? EXIT.ok;
    if (code !== EXIT.ok && !(flags.keepGoing && code === EXIT.failed)) return;
  }
}

/** What runs one stage of a pipeline, up to the stage's name, as it can be typed. */
function retryCommand(folder: string, file: string): string {
  const selection = findPipelineFile(folder) === file ? [] : ["--file", shownPath(file, folder)];
  return [programText(folder), "repro", ...selection, "--single-item"].join(" ");
}

/** How this program was started: by a task of the project, else by itself. */
function programText(folder: string): string {
  if (Deno.env.has("INIT_CWD")) return "deno task";
  return `deno run -A ${shownPath(fileURLToPath(Deno.mainModule), folder)}`;
}

async function run(context: Context, workspace: Workspace, opened: Opened, flags: ReproFlags): Promise<void> {
  const display = await openDisplay(context.output, context.folder);
  using interruption = new Interruption({
    ask: () => display.show({ kind: "run interrupted", time: Date.now() }),
    leave: display.close,
  });
  const { file } = opened.pipeline;
  const isDvc = basename(file) === "dvc.yaml";
  const options = {
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    force: flags.force,
    keepGoing: flags.keepGoing,
    inOrder: isDvc && flags.jobs === undefined,
    retry: retryCommand(context.folder, file),
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
    return conclude(context, EXIT.invalid);
  }
  if (interruption.code !== undefined) conclude(context, interruption.code);
  else if (end !== undefined && [...end.outcomes.values()].some((outcome) => outcome !== "done")) {
    conclude(context, EXIT.failed);
  }
}
