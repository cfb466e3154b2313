import { type Drawn, graphDot, graphMermaid, graphText } from "../graph/drawing.ts";
import { groupView, outView, stageView } from "../graph/views.ts";
import type { Context } from "./context.ts";
import type { DagFlags } from "./flags.ts";
import { type Opened, openRequests } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** `dag`: the stages and what each one needs, as text, as a Mermaid flowchart or for Graphviz. */
export default async function dag(this: Context, flags: DagFlags, ...targets: string[]): Promise<void> {
  if (flags.outs && flags.collapseForeachMatrix) {
    throw new UsageError("--outs and --collapse-foreach-matrix contradict each other: only stages belong to a foreach");
  }
  for (const opened of await openRequests(this, { ...flags, pipeline: flags.full }, targets)) {
    this.output.write(`${drawing(viewOf(opened, flags), flags).trimEnd()}\n`);
  }
}

function viewOf({ graph, selected }: Opened, { outs, collapseForeachMatrix }: DagFlags): Drawn {
  if (outs) return outView(graph, selected);
  return collapseForeachMatrix ? groupView(graph, selected) : stageView(graph, selected);
}

function drawing(graph: Drawn, { mermaid, md, dot }: DagFlags): string {
  if (md) return `\`\`\`mermaid\n${graphMermaid(graph)}\n\`\`\``;
  if (mermaid) return graphMermaid(graph);
  return dot ? graphDot(graph) : graphText(graph);
}
