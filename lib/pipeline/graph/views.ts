import type { Out } from "../file/pipeline.ts";
import type { Drawn } from "./drawing.ts";
import type { Graph } from "./graph.ts";
import { PathTrie } from "./path_trie.ts";
import { readOuts } from "./read_outs.ts";

/** The part of a graph that has only the named stages. */
export function stageView({ stages, upstream }: Graph, names: ReadonlySet<string>): Drawn {
  return view(
    [...stages.keys()].filter((name) => names.has(name)),
    (name) => [...upstream.get(name) ?? []].filter((other) => names.has(other)),
  );
}

/** The same with the stages of each `foreach` or `matrix` as one, by the name of the group. */
export function groupView(graph: Graph, names: ReadonlySet<string>): Drawn {
  const { names: stages, upstream } = stageView(graph, names);
  const groupOf = (name: string): string => graph.stages.get(name)?.group ?? name;
  const members = Map.groupBy(stages, groupOf);
  return view([...members.keys()], (group) => {
    const before = members.get(group)!.flatMap((name) => [...upstream.get(name)!].map(groupOf));
    return before.filter((other) => other !== group);
  });
}

/** The outs of the named stages: each waits for those that its stage reads, in whole or in part. */
export function outView({ stages }: Graph, names: ReadonlySet<string>): Drawn {
  const shown = [...stages.values()].filter(({ name }) => names.has(name));
  const trie = new PathTrie<{ readonly out: Out }>();
  for (const { outs } of shown) for (const out of outs) trie.add(out.path, { out });
  const makers = new Map(shown.flatMap((stage) => stage.outs.map(({ relative }) => [relative, stage] as const)));
  return view([...makers.keys()], (made) => {
    const stage = makers.get(made)!;
    const read = stage.deps.flatMap((dep) => [...readOuts(trie, dep)]).map(({ out }) => out);
    // A pattern matches none of the stage's own outs.
    return read.filter((out) => !stage.outs.includes(out)).map(({ relative }) => relative);
  });
}

function view(names: readonly string[], before: (name: string) => Iterable<string>): Drawn {
  return { names, upstream: new Map(names.map((name) => [name, new Set(before(name))])) };
}
