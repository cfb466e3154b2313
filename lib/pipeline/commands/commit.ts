import { countText } from "../display/quantity.ts";
import { reasonsText } from "../plan/reason_text.ts";
import { type Preparation, prepare } from "../run/preparation.ts";
import { StoreError } from "../store/store_error.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { CommitFlags } from "./flags.ts";
import { conclude, type Opened, openRequests, report } from "./opening.ts";
import { soleWriter } from "./sole_writer.ts";

/**
 * `commit`: takes the outs over as they are, without running anything.
 * Targets mean themselves alone, unless `--with-deps`.
 */
export default async function commit(this: Context, flags: CommitFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, { ...flags, singleItem: !flags.withDeps }, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    const preparation = await prepare(workspace, opened.pipeline, opened.graph, opened.selected);
    report(this, preparation.diagnostics);
    if (!preparation.ok) return conclude(this, EXIT.invalid);
    await take(this, opened, preparation.value, flags.force);
  }
}

async function take(
  context: Context,
  { graph, selected }: Opened,
  { planner }: Preparation,
  force: boolean,
): Promise<void> {
  let taken = 0;
  const frozen: string[] = [];
  for (const stage of graph.stages.values()) {
    if (!selected.has(stage.name)) continue;
    const evaluation = await planner.evaluate(stage);
    if (evaluation.state === "frozen") {
      frozen.push(stage.name);
      continue;
    }
    const { name, range } = stage;
    if (evaluation.fingerprint === undefined || (evaluation.state !== "unchanged" && !force)) {
      const hint = evaluation.fingerprint === undefined
        ? "Put that right first"
        : "If its outs are right nevertheless, commit --force takes them over";
      const message = `${name} is not committed: ${reasonsText(evaluation.reasons)}`;
      report(context, [{ severity: "error", message, range, hints: [hint] }]);
      conclude(context, EXIT.failed);
      continue;
    }
    try {
      await planner.recorder.record(stage, evaluation);
      taken += 1;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      report(context, error.diagnostics.map((diagnostic) => ({ range, ...diagnostic })));
      conclude(context, EXIT.failed);
    }
  }
  planner.recorder.flush();
  const rest = frozen.length === 0 ? "" : `; left alone, since frozen: ${frozen.join(", ")}`;
  context.output.write(`${countText(taken, "stage")} committed${rest}\n`);
}
