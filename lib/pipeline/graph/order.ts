import type { Stage } from "../file/pipeline.ts";
import type { Edge } from "./edge.ts";

/** Stages in topological order, and the cycles that stand in its way, each as the edges along it. */
export interface Order {
  /** Upstream stages first. */
  readonly order: readonly Stage[];
  /** Each starts and ends at the same stage: an edge's `to` is the next one's `from`. */
  readonly cycles: readonly (readonly Edge[])[];
}

/**
 * Sorts stages by depth-first search in the order of the file, upstream stages first; without recursion, since a chain may
 * be as long as the pipeline. Each edge that closes a circle gives a cycle.
 */
export function orderStages(
  stages: ReadonlyMap<string, Stage>,
  edges: ReadonlyMap<string, ReadonlyMap<string, Edge>>,
): Order {
  const order: Stage[] = [];
  const cycles: (readonly Edge[])[] = [];
  const done = new Set<string>();
  const depth = new Map<string, number>();
  for (const root of stages.values()) {
    if (done.has(root.name)) continue;
    const path = [visit(root)];
    depth.set(root.name, 0);
    while (path.length > 0) {
      const current = path[path.length - 1];
      if (!current) break;
      const { done: finished, value: edge } = current.edges.next();
      if (finished) {
        path.pop();
        depth.delete(current.stage.name);
        done.add(current.stage.name);
        order.push(current.stage);
        continue;
      }
      const start = depth.get(edge.from.name);
      if (start !== undefined) {
        const steps = path.slice(start + 1).map((visited) => visited.by).filter((step) => step !== undefined);
        cycles.push([edge, ...steps.toReversed()]);
      } else if (!done.has(edge.from.name)) {
        depth.set(edge.from.name, path.length);
        path.push(visit(edge.from, edge));
      }
    }
  }
  return { order, cycles };

  function visit(stage: Stage, by?: Edge): { stage: Stage; edges: Iterator<Edge, undefined>; by: Edge | undefined } {
    return { stage, edges: (edges.get(stage.name) ?? new Map<string, Edge>()).values(), by };
  }
}
