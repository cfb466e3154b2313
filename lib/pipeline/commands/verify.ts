import { countText } from "../display/quantity.ts";
import { openDisplay } from "../display/opening.ts";
import { styleFor } from "../display/style.ts";
import { differenceLines, lockCheckLines } from "../display/verification_text.ts";
import type { Stage } from "../file/pipeline.ts";
import { selectStages } from "../graph/selection.ts";
import { prepare } from "../run/preparation.ts";
import { Workspace } from "../store/workspace.ts";
import { acquireWriter, type Holder } from "../store/writer.ts";
import { fromCommitted } from "../verification/committed.ts";
import type { Difference } from "../verification/difference.ts";
import { checkLock } from "../verification/lock_check.ts";
import { outDifferences } from "../verification/out_difference.ts";
import { sampled } from "../verification/sample.ts";
import { Scratch } from "../verification/scratch.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { VerifyFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { retryCommand } from "./retry.ts";
import { reproduceShown } from "./shown_reproduction.ts";

/** `verify`: whether outs are those of the lock, and come out again. */
export default async function verify(this: Context, flags: VerifyFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, flags, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    await verifyLock(this, workspace, opened);
    const code = this.process.exitCode ?? EXIT.ok;
    if (code !== EXIT.ok && code !== EXIT.failed) return;
    if (flags.tier !== "a") await verifyOuts(this, workspace, opened, flags);
  }
}

/** Waits until no `repro` writes to the workspace, and lets none until verification has ended: it would change what is compared. */
async function soleWriter(context: Context, workspace: Workspace): Promise<AsyncDisposable> {
  const display = await openDisplay(context.output, context.folder);
  try {
    const onWait = (holder: Holder): void => display.show({ kind: "waiting for writer", time: Date.now(), ...holder });
    return await acquireWriter(workspace, onWait, new AbortController().signal);
  } finally {
    display.close();
  }
}

async function verifyLock(context: Context, workspace: Workspace, opened: Opened): Promise<void> {
  const preparation = await prepare(workspace, opened.pipeline, opened.graph, opened.selected);
  report(context, preparation.diagnostics);
  if (!preparation.ok) return conclude(context, EXIT.invalid);
  const check = await checkLock(workspace, selectedStages(opened), preparation.value);
  say(context, ["(a) against the lock", ...lockCheckLines(check, styleFor(context.output.color))]);
  if (check.stale.length + check.altered.length > 0) conclude(context, EXIT.failed);
}

async function verifyOuts(context: Context, workspace: Workspace, opened: Opened, flags: VerifyFlags): Promise<void> {
  const style = styleFor(context.output.color);
  const stages = await stagesToExecute(workspace, opened, flags);
  const title = flags.tier === "b" ? "(b) computed again from committed files" : "(c) computed again from nothing";
  say(context, ["", `${title}: ${stages.map(({ name }) => name).join(", ") || "no stage"}`]);
  if (stages.length === 0) return;
  using scratch = new Scratch(workspace.root);
  const copy = scratch.take(opened, stages);
  using scratchWorkspace = await scratch.workspace();
  const retry = retryCommand(context.folder, opened.pipeline.file, "verify", "--tier", flags.tier);
  const outcomes = await reproduceShown(context, scratchWorkspace, copy, { ...flags, keepGoing: true, retry });
  if (outcomes === undefined) return;
  const absent: string[] = [];
  const differences: Difference[] = [];
  let compared = 0;
  for (const { name, outs, verify = "bytes" } of stages) {
    if (outcomes.get(name) !== "done") continue;
    for (const { relative, path } of outs) {
      if (await workspace.digests.digest(path) === undefined) {
        absent.push(relative);
        continue;
      }
      const pair = { relative, here: path, again: scratch.path(path) };
      differences.push(...await outDifferences(pair, verify, scratchWorkspace.digests));
      compared++;
    }
  }
  const lines = absent.map((path) => style.dim(`${path} is absent, so it was not compared`));
  const failed = [...outcomes.values()].filter((outcome) => outcome !== "done").length;
  const counts = [
    `${countText(compared, "out")} compared`,
    countText(differences.length, "difference"),
    ...(failed > 0 ? [`${countText(failed, "stage")} without a result`] : []),
  ];
  say(context, [...lines, ...differenceLines(differences, style), counts.join(", ")]);
  if (differences.length + failed > 0) conclude(context, EXIT.failed);
}

/** The stages that a tier executes, in topological order; of a sample, those and in tier c what they need. */
async function stagesToExecute(workspace: Workspace, opened: Opened, flags: VerifyFlags): Promise<Stage[]> {
  const stages = selectedStages(opened).filter(({ frozen }) => !frozen);
  const candidates = flags.tier === "b" ? await fromCommitted(stages, workspace.root) : stages;
  if (flags.sample === undefined || flags.sample >= candidates.length) return candidates;
  const names = sampled(candidates.map(({ name }) => name), flags.sample);
  const selection = selectStages(opened.graph, names, { single: flags.tier === "b" });
  return selection.ok ? candidates.filter(({ name }) => selection.value.has(name)) : [];
}

function selectedStages({ graph, selected }: Opened): Stage[] {
  return [...graph.stages.values()].filter(({ name }) => selected.has(name));
}

function say({ output }: Context, lines: readonly string[]): void {
  output.write(`${lines.join("\n")}\n`);
}
