import { relative } from "node:path";
import { type Diagnostic, errorAt, hasErrors, type Result } from "../diagnostic.ts";
import type { Out, Pipeline, Stage } from "../file/pipeline.ts";
import type { Edge } from "./edge.ts";
import type { Graph } from "./graph.ts";
import { orderStages } from "./order.ts";
import { PathTrie } from "./path_trie.ts";
import { readOuts } from "./read_outs.ts";

/**
 * Links the stages: one reads another where a dep equals, contains or lies inside an out. Errors: two
 * stages of one name, outs that hold the pipeline's own files, outs given twice or one inside another, a stage that reads
 * its own out, cycles.
 */
export function buildGraph(pipeline: Pipeline): Result<Graph> {
  const diagnostics: Diagnostic[] = [];
  const stages = namedStages(pipeline, diagnostics);
  for (const stage of stages.values()) refuseOwnFiles(stage, pipeline, diagnostics);
  const outs = outsOf(stages.values(), diagnostics);
  const edges = new Map<string, Map<string, Edge>>();
  for (const stage of stages.values()) edges.set(stage.name, edgesInto(stage, outs, diagnostics));

  const { order, cycles } = orderStages(stages, edges);
  for (const cycle of cycles) diagnostics.push(cycleError(cycle));
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };

  const upstream = new Map<string, Set<string>>();
  const downstream = new Map<string, Set<string>>(order.map((stage) => [stage.name, new Set<string>()]));
  for (const stage of order) {
    const names = new Set(edges.get(stage.name)?.keys());
    upstream.set(stage.name, names);
    for (const name of names) downstream.get(name)?.add(stage.name);
  }
  const value = { stages: new Map(order.map((stage) => [stage.name, stage])), upstream, downstream };
  return { ok: true, value, diagnostics };
}

interface Filed {
  readonly stage: Stage;
  readonly out: Out;
}

function namedStages(pipeline: Pipeline, diagnostics: Diagnostic[]): ReadonlyMap<string, Stage> {
  const stages = new Map<string, Stage>();
  for (const stage of pipeline.stages) {
    const first = stages.get(stage.name);
    if (!first) stages.set(stage.name, stage);
    else {
      diagnostics.push({
        ...errorAt(stage.range, `Two stages have the name ${stage.name}`),
        related: [{ message: "the first stands here", range: first.range }],
      });
    }
  }
  return stages;
}

/** An out is moved aside before its stage runs, so that it must not take the pipeline's own files with it. */
function refuseOwnFiles({ name, action, outs }: Stage, { file }: Pipeline, diagnostics: Diagnostic[]): void {
  const own = action.kind === "run" ? [file, action.module] : [file];
  for (const { path, relative: shown, range } of outs) {
    const held = own.find((other) => other === path || other.startsWith(path === "/" ? path : `${path}/`));
    if (held !== undefined) {
      diagnostics.push(errorAt(
        range,
        `The out ${shown} of stage ${name} ${held === path ? "is" : "holds"} a file that the pipeline is made of`,
        ...(held === path ? [] : [`${relative(path, held)} lies there`]),
        "Give each out a path of its own",
      ));
    } else if (/\/\.(git|pipeline)(\/|$)/.test(path)) {
      diagnostics.push(
        errorAt(range, `The out ${shown} of stage ${name} lies where git or the engine keep their own files`),
      );
    }
  }
}

function outsOf(stages: Iterable<Stage>, diagnostics: Diagnostic[]): PathTrie<Filed> {
  const trie = new PathTrie<Filed>();
  for (const stage of stages) {
    for (const out of stage.outs) {
      const conflict = trie.conflict(out.path);
      if (conflict) diagnostics.push(outError({ stage, out }, conflict.value, conflict.relation));
      trie.add(out.path, { stage, out });
    }
  }
  return trie;
}

function outError({ stage, out }: Filed, other: Filed, relation: "same" | "above" | "below"): Diagnostic {
  const both = stage === other.stage;
  const message = relation === "same"
    ? both
      ? `Stage ${stage.name} has the out ${out.relative} twice`
      : `Stages ${other.stage.name} and ${stage.name} have the same out ${out.relative}`
    : relation === "above"
    ? `The out ${out.relative} of stage ${stage.name} lies inside the out ${other.out.relative} of ${
      both ? "the same stage" : `stage ${other.stage.name}`
    }`
    : `The out ${out.relative} of stage ${stage.name} holds the out ${other.out.relative} of ${
      both ? "the same stage" : `stage ${other.stage.name}`
    }`;
  return {
    ...errorAt(out.range, message, "Give each out a path of its own"),
    related: [{ message: `${other.out.relative} of stage ${other.stage.name}`, range: other.out.range }],
  };
}

function edgesInto(stage: Stage, outs: PathTrie<Filed>, diagnostics: Diagnostic[]): Map<string, Edge> {
  const edges = new Map<string, Edge>();
  for (const dep of stage.deps) {
    const { range } = dep;
    let own = false;
    for (const { stage: from, out } of readOuts(outs, dep)) {
      if (from === stage) {
        // A pattern does not match the stage's own outs.
        if (dep.glob !== undefined) continue;
        if (own) continue;
        own = true;
        diagnostics.push({
          ...errorAt(
            range,
            `Stage ${stage.name} depends on its own out ${out.relative}`,
            "Remove the dep, or write elsewhere",
          ),
          related: [{ message: "the out", range: out.range }],
        });
      } else if (!edges.has(from.name)) edges.set(from.name, { from, to: stage, out, range });
    }
  }
  return edges;
}

/** `cycle[i].to` is `cycle[i + 1].from`, and the last leads back to the first. */
function cycleError(cycle: readonly Edge[]): Diagnostic {
  const [first] = cycle;
  const names = [...cycle.map((edge) => edge.from.name), first?.from.name].join(" -> ");
  return {
    severity: "error",
    message: `Stages wait for each other in a circle: ${names}`,
    ...(first && { range: first.from.range }),
    related: cycle.map((edge) => ({
      message: `${edge.to.name} reads ${edge.out.relative}, an out of ${edge.from.name}`,
      range: edge.range,
    })),
  };
}
