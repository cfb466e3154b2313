/** Who waits for whom. */
export interface Drawn {
  /** In a topological order, as far as there is one. */
  readonly names: readonly string[];
  /** What each waits for, directly. */
  readonly upstream: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The graph as a tree for a terminal: each name once, below the last of those that it waits for; the others, save those
 * above that one, are named beside it.
 */
export function graphText(graph: Drawn): string {
  const parents = new Map<string, string>();
  const children = new Map<string, string[]>();
  const position = new Map(graph.names.map((name, index) => [name, index]));
  const rank = ranks(graph);
  const roots: string[] = [];
  for (const [index, name] of graph.names.entries()) {
    // Groups of stages may wait for each other.
    const earlier = [...graph.upstream.get(name) ?? []].filter((other) => position.get(other)! < index);
    const parent = earlier.toSorted((a, b) =>
      (rank.get(b) ?? 0) - (rank.get(a) ?? 0) || (position.get(b) ?? 0) - (position.get(a) ?? 0)
    )[0];
    if (parent === undefined) {
      roots.push(name);
    } else {
      parents.set(name, parent);
      const siblings = children.get(parent);
      if (siblings) {
        siblings.push(name);
      } else children.set(parent, [name]);
    }
  }
  const lines: string[] = [];
  const pending = roots.toReversed().map((name) => ({ name, lead: "", branch: "" }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { name, lead, branch } = next;
    lines.push(lead + branch + name + others(name));
    const below = lead + (branch === "" ? "" : branch === LAST ? "   " : "│  ");
    const items = children.get(name) ?? [];
    for (const [index, item] of items.entries().toArray().toReversed()) {
      pending.push({ name: item, lead: below, branch: index === items.length - 1 ? LAST : "├─ " });
    }
  }
  return lines.join("\n");

  function others(name: string): string {
    const above = new Set<string>();
    for (let at = parents.get(name); at !== undefined; at = parents.get(at)) above.add(at);
    const rest = [...graph.upstream.get(name) ?? []].filter((other) => !above.has(other));
    return rest.length === 0 ? "" : `  (also after ${rest.join(", ")})`;
  }
}

/** The graph as a Mermaid flowchart. */
export function graphMermaid(graph: Drawn): string {
  const ids = new Map(graph.names.map((name, index) => [name, `stage${index}`]));
  const below = downstream(graph);
  const lines = ["flowchart TD"];
  for (const [name, id] of ids) lines.push(`  ${id}["${name.replaceAll('"', "#quot;")}"]`);
  for (const [name, id] of ids) {
    for (const other of below.get(name) ?? []) lines.push(`  ${id} --> ${ids.get(other)}`);
  }
  return lines.join("\n");
}

/** The graph in Graphviz's language. */
export function graphDot(graph: Drawn): string {
  const quoted = (name: string): string => `"${name.replaceAll('"', '\\"')}"`;
  const lines = graph.names.map(quoted);
  const below = downstream(graph);
  for (const name of graph.names) {
    for (const other of below.get(name) ?? []) lines.push(`${quoted(name)} -> ${quoted(other)}`);
  }
  return ["strict digraph {", ...lines.map((line) => `  ${line};`), "}"].join("\n");
}

const LAST = "└─ ";

/** Who waits for each, directly, in order. */
function downstream({ names, upstream }: Drawn): ReadonlyMap<string, readonly string[]> {
  const below = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const name of names) for (const other of upstream.get(name) ?? []) below.get(other)?.push(name);
  return below;
}

/** The length of the longest path to each. */
function ranks(graph: Drawn): ReadonlyMap<string, number> {
  const rank = new Map<string, number>();
  for (const name of graph.names) {
    let longest = 0;
    for (const other of graph.upstream.get(name) ?? []) longest = Math.max(longest, (rank.get(other) ?? 0) + 1);
    rank.set(name, longest);
  }
  return rank;
}
