import { styleFor } from "../display/style.ts";
import { comparisonLines, lockCheckLines } from "../display/verification_text.ts";
import type { Stage } from "../file/pipeline.ts";
import { selectStages } from "../graph/selection.ts";
import { prepare } from "../run/preparation.ts";
import type { Lock } from "../store/lock.ts";
import { Workspace } from "../store/workspace.ts";
import { beginningOf } from "../verification/beginning.ts";
import { checkColumns } from "../verification/column_check.ts";
import { fromCommitted } from "../verification/committed.ts";
import { compareOuts } from "../verification/comparison.ts";
import { checkLock } from "../verification/lock_check.ts";
import { sampled } from "../verification/sample.ts";
import { Scratch } from "../verification/scratch.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { VerifyFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { retryCommand } from "./retry.ts";
import { reproduceShown } from "./shown_reproduction.ts";
import { soleWriter } from "./sole_writer.ts";
import { UsageError } from "./usage_error.ts";

/** `verify`: whether outs are those of the lock, and come out again. */
export default async function verify(this: Context, flags: VerifyFlags, ...targets: string[]): Promise<void> {
  if (flags.beginning !== undefined && flags.sample !== undefined) {
    throw new UsageError("--beginning is of the targets that are named, and takes no --sample");
  }
  for (const opened of await openRequests(this, flags, targets)) {
    if (flags.beginning !== undefined && opened.asked.size === 0) {
      throw new UsageError("--beginning needs the stages that it is about: verify --beginning epochs=3 train@2");
    }
    using workspace = await Workspace.open(opened.pipeline.folder);
    // A `repro` would change what is compared.
    await using _writer = await soleWriter(this, workspace);
    const lock = await verifyLock(this, workspace, opened);
    if (lock === undefined) return;
    for (const tier of flags.beginning === undefined ? TIERS[flags.tier] : BEGINNING) {
      if (!await verifyOuts(this, { workspace, opened, lock, tier, flags })) return;
    }
  }
}

/** What is executed, by how far verification goes. Tier c alone would ask less of what comes out of diverged deps. */
const TIERS = { a: [], b: ["b"], c: ["b", "c"] } as const;
/** What alone is executed where only a beginning is. */
const BEGINNING = ["c"] as const;
const TITLES = { b: "(b) computed again from committed files", c: "(c) computed again from nothing" } as const;

/** @returns the lock; undefined where something is wrong with the pipeline */
async function verifyLock(context: Context, workspace: Workspace, opened: Opened): Promise<Lock | undefined> {
  const stages = selectedStages(opened);
  const preparation = await prepare(workspace, opened.pipeline, opened.graph, opened.selected);
  const columns = preparation.ok ? await checkColumns(stages, preparation.value.lock, workspace.digests) : [];
  report(context, [...preparation.diagnostics, ...columns]);
  if (!preparation.ok || columns.length > 0) {
    conclude(context, EXIT.invalid);
    return undefined;
  }
  const check = await checkLock(workspace, stages, preparation.value);
  say(context, ["(a) against the lock", ...lockCheckLines(check, styleFor(context.output.color))]);
  // Of a study that was run in part, that part is verified.
  const isAllUnknown = check.unknown.length > 0 &&
    check.unknown.length === stages.filter(({ frozen }) => !frozen).length;
  if (isAllUnknown || check.stale.length + check.altered.length > 0) conclude(context, EXIT.failed);
  return preparation.value.lock;
}

interface Execution {
  readonly workspace: Workspace;
  readonly opened: Opened;
  readonly lock: Lock;
  readonly tier: "b" | "c";
  readonly flags: VerifyFlags;
}

/** @returns false where nothing could be started, or a signal ended it */
async function verifyOuts(context: Context, execution: Execution): Promise<boolean> {
  const { workspace, opened, lock, tier, flags } = execution;
  const stages = await stagesToExecute(execution);
  const begun = flags.beginning === undefined ? undefined : opened.asked;
  const title = flags.beginning === undefined ? TITLES[tier] : `(c) its beginning, by --beginning, from nothing`;
  say(context, ["", `${title}: ${stages.map(({ name }) => name).join(", ") || "no stage"}`]);
  if (stages.length === 0) return true;
  using scratch = new Scratch(workspace.root, "pipeline-verification-");
  const { beginning } = flags;
  const executed = beginning === undefined
    ? stages
    : stages.map((stage) => begun?.has(stage.name) ? beginningOf(stage, beginning) : stage);
  const copy = scratch.take(opened, executed);
  using scratchWorkspace = await scratch.workspace();
  const retry = retryCommand(context.folder, opened.pipeline.file, "verify", "--tier", tier);
  const outcomes = await reproduceShown(context, scratchWorkspace, copy, { ...flags, keepGoing: true, retry });
  if (outcomes === undefined) return false;
  const done = stages.filter(({ name }) => outcomes.get(name) === "done");
  const { digests } = scratchWorkspace;
  const comparison = await compareOuts(done, { lock, scratch, digests, ...begun && { begun } });
  const failed = [...outcomes.values()].filter((outcome) => outcome !== "done").length;
  say(context, comparisonLines(comparison, failed, styleFor(context.output.color)));
  if (comparison.differences.length + failed > 0) conclude(context, EXIT.failed);
  return true;
}

/** The stages that a tier executes, in topological order; of a sample, those and in tier c what they need. */
async function stagesToExecute({ workspace, opened, lock, tier, flags }: Execution): Promise<Stage[]> {
  const stages = selectedStages(opened).filter(({ frozen }) => !frozen);
  const candidates = tier === "b"
    ? await fromCommitted(stages, workspace.root, lock)
    : stages.filter(({ name }) => lock.stages.has(name));
  if (flags.sample === undefined || flags.sample >= candidates.length) return candidates;
  const names = sampled(candidates.map(({ name }) => name), flags.sample);
  const selection = selectStages(opened.graph, names, { single: tier === "b" });
  return selection.ok ? candidates.filter(({ name }) => selection.value.has(name)) : [];
}

function selectedStages({ graph, selected }: Opened): Stage[] {
  return [...graph.stages.values()].filter(({ name }) => selected.has(name));
}

function say({ output }: Context, lines: readonly string[]): void {
  output.write(`${lines.join("\n")}\n`);
}
