import type { Graph } from "../graph/graph.ts";
import { graphMermaid, graphText } from "../graph/drawing.ts";
import type { Context } from "./context.ts";
import type { DagFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";

/** `dag`: the stages and what each one needs, as text or as a Mermaid flowchart. */
export default async function dag(this: Context, flags: DagFlags, ...targets: string[]): Promise<void> {
  for (const { graph, selected } of await openRequests(this, flags, targets)) {
    const part = restrict(graph, selected);
    const drawing = flags.mermaid ? graphMermaid(part) : graphText(part);
    this.output.write(`${drawing.trimEnd()}\n`);
  }
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
