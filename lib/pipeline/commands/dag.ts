import type { Graph } from "../graph/graph.ts";
import { graphDot, graphMermaid, graphText } from "../graph/drawing.ts";
import type { Context } from "./context.ts";
import type { DagFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";

/** `dag`: the stages and what each one needs, as text, as a Mermaid flowchart or for Graphviz. */
export default async function dag(this: Context, flags: DagFlags, ...targets: string[]): Promise<void> {
  for (const { graph, selected } of await openRequests(this, { ...flags, pipeline: flags.full }, targets)) {
    this.output.write(`${drawing(restrict(graph, selected), flags).trimEnd()}\n`);
  }
}

function drawing(graph: Graph, { mermaid, md, dot }: DagFlags): string {
  if (md) return `\`\`\`mermaid\n${graphMermaid(graph)}\n\`\`\``;
  if (mermaid) return graphMermaid(graph);
  return dot ? graphDot(graph) : graphText(graph);
}

/** The part of a graph that has only the named stages. */
function restrict(graph: Graph, names: ReadonlySet<string>): Graph {
  const within = (edges: Graph["upstream"]): Graph["upstream"] =>
    new Map([...edges].filter(([name]) => names.has(name)).map(([name, others]) => [name, others.intersection(names)]));
  return {
    stages: new Map([...graph.stages].filter(([name]) => names.has(name))),
    upstream: within(graph.upstream),
    downstream: within(graph.downstream),
  };
}
