import type { FlagStyle } from "./command_flags.ts";
import type { MapNode, Node } from "./node.ts";

/** The names that a template may use, and how it writes maps. */
export interface Scope {
  /** `vars` and params files. */
  readonly variables: MapNode;
  /** `item` and `key` of a `foreach` or `matrix`; they hide variables of the same name. */
  readonly local?: ReadonlyMap<string, Node>;
  /** How maps become flags of a command. */
  readonly flags?: FlagStyle;
  /** Takes what references come to. */
  readonly used?: Set<Node>;
}

/** A variable's value, or which part of its name is wrong and what would have been right there. */
export type Selection =
  | { readonly found: true; readonly node: Node }
  | {
    readonly found: false;
    /** The index of the step that is wrong. */
    readonly index: number;
    /** What the steps before it lead to; absent for the first. */
    readonly parent?: Node;
    readonly candidates: readonly string[];
  };

/** The steps of `a.b[0]`, or undefined where it is no such path (the grammar is DVC's). */
export function parsePath(expression: string): readonly string[] | undefined {
  if (!/^[^.[\]]+(\.[^.[\]]+|\[[^.[\]]+\])*$/.test(expression)) return undefined;
  return expression.split(/[.[\]]+/).filter((step) => step !== "").map((step) => step.trim());
}

/** Looks a path up in a scope. */
export function select(scope: Scope, path: readonly string[]): Selection {
  let node: Node | undefined;
  for (const [index, step] of path.entries()) {
    const next = index === 0 ? (scope.local?.get(step) ?? scope.variables.entries.get(step)?.node) : inside(node, step);
    if (!next) {
      const candidates = index === 0
        ? [...(scope.local?.keys() ?? []), ...scope.variables.entries.keys()]
        : node?.kind === "map"
        ? [...node.entries.keys()]
        : [];
      return { found: false, index, ...(node && { parent: node }), candidates };
    }
    node = next;
  }
  return { found: true, node: node ?? scope.variables };
}

/** What a map holds under a key, or a list at a position. */
export function inside(node: Node | undefined, step: string): Node | undefined {
  if (node?.kind === "map") return node.entries.get(step)?.node;
  if (node?.kind === "list" && /^-?\d+$/.test(step)) return node.items.at(Number(step));
  return undefined;
}
