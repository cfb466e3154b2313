import { pad, widthOf } from "../width.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Context } from "./context.ts";
import type { StageListFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";

/** `stage list`: as DVC lists the stages of the file, of all files or of targets, with what they are for or leave. */
export default async function stageList(this: Context, flags: StageListFlags, ...targets: string[]): Promise<void> {
  const selection = { ...flags, singleItem: true, own: !flags.all };
  for (const { graph, selected } of await openRequests(this, selection, targets)) {
    const stages = [...graph.stages.values()].filter(({ name }) => selected.has(name));
    const width = Math.max(0, ...stages.map(({ name }) => widthOf(name)));
    for (const stage of stages) {
      this.output.write(
        flags.nameOnly || flags.namesOnly ? `${stage.name}\n` : `${pad(stage.name, width)}  ${purpose(stage)}\n`,
      );
    }
  }
}

/** The first line of the description; else the outs, metrics and plots; else the deps. */
function purpose({ desc, deps, outs }: Stage): string {
  const [line = ""] = (desc ?? "").trim().split("\n");
  if (line !== "") return line;
  const names = (items: readonly { readonly relative: string }[]): string =>
    items.map(({ relative }) => relative).join(", ");
  if (outs.length === 0) return deps.length === 0 ? "No outputs or dependencies" : `Depends on ${names(deps)}`;
  const [plain, reports] = [outs.filter(({ kind }) => kind === "out"), outs.filter(({ kind }) => kind !== "out")];
  return [
    ...plain.length > 0 ? [`Outputs ${names(plain)}`] : [],
    ...reports.length > 0 ? [`Reports ${names(reports)}`] : [],
  ]
    .join("; ");
}
