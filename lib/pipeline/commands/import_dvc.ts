import { basename } from "node:path";
import { countText } from "../display/quantity.ts";
import { importDvc } from "../dvc/importation.ts";
import { DVC_FILE } from "../file/pipeline.ts";
import { prepare } from "../run/preparation.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { CommonFlags } from "./flags.ts";
import { conclude, openRequests, report } from "./opening.ts";
import { soleWriter } from "./sole_writer.ts";
import { UsageError } from "./usage_error.ts";

/** `import dvc`: makes what is up to date by `dvc.lock` up to date here. Nothing is run, and nothing of DVC's is changed. */
export default async function importCommand(this: Context, flags: CommonFlags): Promise<void> {
  for (const { pipeline, graph, selected } of await openRequests(this, flags, [])) {
    if (basename(pipeline.file) !== DVC_FILE) {
      throw new UsageError(`${pipeline.file} is no file of DVC; name one with --file`);
    }
    using workspace = await Workspace.open(pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    const preparation = await prepare(workspace, pipeline, graph, selected);
    report(this, preparation.diagnostics);
    if (!preparation.ok) return conclude(this, EXIT.invalid);
    const { recorder } = preparation.value.planner;
    const outcomes = await importDvc({ workspace, pipeline, graph, recorder });
    recorder.flush();
    for (const [name, problem] of outcomes) {
      if (problem !== undefined) this.output.write(`${name} is not imported: ${problem}\n`);
    }
    const count = [...outcomes.values()].filter((problem) => problem === undefined).length;
    this.output.write(`${countText(count, "stage")} of ${outcomes.size} imported\n`);
  }
}
