import { valuesTable } from "../display/value_table.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { toJson } from "../value.ts";
import { metricsOf } from "../values/tracked_values.ts";
import { chosenPaths } from "./chosen_paths.ts";
import type { Context } from "./context.ts";
import type { RoundingFlags, TableFlags } from "./flags.ts";
import { openRequests, report } from "./opening.ts";

/** `metrics show`: what the metrics files hold. */
export default async function metricsShow(
  this: Context,
  flags: TableFlags & RoundingFlags,
  ...targets: string[]
): Promise<void> {
  for (const { pipeline } of await openRequests(this, flags, [])) {
    const diagnostics: Diagnostic[] = [];
    const values = await metricsOf(pipeline, diagnostics, { only: chosenPaths(this, pipeline.folder, targets) });
    report(this, diagnostics);
    const json = Object.fromEntries([...values].map(([path, value]) => [path, { data: toJson(value) }]));
    this.output.write(flags.json ? `${JSON.stringify({ "": { data: json } })}\n` : valuesTable(values, flags));
  }
}
