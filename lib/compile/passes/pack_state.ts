import { countUses, type Graph, type GraphOutput, type Pack, topologicalOrder } from "../graph/graph.ts";
import { isBinary, isUnary, type Node, node, reshape } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sameShape, sizeOf } from "../graph/shape.ts";
import { withInputs } from "./rewrite.ts";

/** Values of a state up to which an engine takes longer to call a function of them than to compute it. */
const mostValues = 1024;

/**
 * Carries small states that are updated in the same way as one, so that a step updates all biases and norms at once and not
 * each by itself: where a state's next value is a chain of functions of values that nothing else needs, and other states have
 * the same chain, it becomes one chain of the states, and of whatever else it takes, side by side.
 */
export function packState(graph: Graph): Graph {
  const updates = updatesOf(graph);
  const states = graph.outputs.filter(({ role, node }) => role === "state" && updates.has(node));
  const forms = new Forms(graph, updates);
  const groups = [...Map.groupBy(states, ({ node }) => forms.of(node)).values()].filter(({ length }) => length > 1);
  return groups.length === 0
    ? graph
    : packed(graph, groups.map((members, index) => packingOf(index, members, graph)), updates);
}

/** Functions of small values that nothing needs but states' next values, by way of others such. */
function updatesOf(graph: Graph): ReadonlySet<Node> {
  const roots = graph.outputs.map((output) => output.node);
  const others = new Map(countUses(graph));
  const drop = (node: Node) => others.set(node, others.get(node)! - 1);
  for (const { role, node } of graph.outputs) {
    if (role === "state") drop(node);
  }
  const updates = new Set<Node>();
  for (const node of topologicalOrder(roots).reverse()) {
    if (others.get(node) !== 0 || !isSmallFunction(node)) continue;
    updates.add(node);
    node.inputs.forEach(drop);
  }
  return updates;
}

function isSmallFunction(node: Node): boolean {
  return (isUnary(node) || isBinary(node)) && node.dtype === "float32" && sizeOf(node.shape) <= mostValues &&
    node.inputs.every((input) => isNumber(input) || sameShape(input.shape, node.shape));
}

function isNumber({ shape }: Node): boolean {
  return shape.length === 0;
}

/** Texts that are the same for updates by the same functions. */
class Forms {
  readonly #places: ReadonlyMap<Node, number>;

  constructor(graph: Graph, readonly updates: ReadonlySet<Node>) {
    const nodes = topologicalOrder(graph.outputs.map((output) => output.node));
    this.#places = new Map(nodes.map((node, place) => [node, place]));
  }

  of(node: Node): string {
    const { operation, inputs } = node;
    // A number is the same for all of them.
    if (isNumber(node)) return `number ${operation.kind === "fill" ? operation.value : `%${this.#places.get(node)}`}`;
    if (!this.updates.has(node)) return isState(node) ? "state" : "values";
    const { function: name } = operation as OperationOf<"unary" | "binary">;
    return `${name}(${inputs.map((input) => this.of(input))})`;
  }
}

type Input = Node<OperationOf<"input">>;

function isState(node: Node): node is Input {
  return node.operation.kind === "input" && node.operation.role === "state";
}

/** States that become one. */
interface Packing {
  readonly pack: Pack;
  /** All of them, side by side. */
  readonly whole: Node;
  /** Each as it was. */
  readonly states: readonly Node[];
  /** The next value of each as it was. */
  readonly next: readonly Node[];
}

function packingOf(index: number, members: readonly GraphOutput[], graph: Graph): Packing {
  const inputs = new Map(graph.inputs.filter(isState).map((state) => [state.operation.name, state]));
  const states = members.map(({ name }) => inputs.get(name)!);
  const shape = [states.reduce((sum, state) => sum + sizeOf(state.shape), 0)];
  const name = `packed ${index + 1}`;
  return {
    pack: { name, members: members.map(({ name }, member) => ({ name, shape: states[member]!.shape })) },
    whole: node({ kind: "input", role: "state", name, shape, dtype: "float32" }),
    states,
    next: members.map(({ node }) => node),
  };
}

/** The graph with packed states, and the updates of each pack side by side. */
function packed(graph: Graph, packings: readonly Packing[], updates: ReadonlySet<Node>): Graph {
  const apart = new Map(packings.flatMap(partsOf));
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) {
    if (!apart.has(node)) apart.set(node, withInputs(node, node.inputs.map((input) => apart.get(input)!)));
  }
  const joined = new Joined(apart, packings, updates);
  const packOf = new Map(
    packings.flatMap((packing) => packing.pack.members.map(({ name }) => [name, packing] as const)),
  );
  /** In place of the first state of a pack the pack, and nothing in place of the others. */
  const replaced = <Item>(item: Item, state: string | undefined, make: (packing: Packing) => Item): Item[] => {
    const packing = state === undefined ? undefined : packOf.get(state);
    if (packing === undefined) return [item];
    return packing.pack.members[0]!.name === state ? [make(packing)] : [];
  };
  return {
    ...graph,
    inputs: graph.inputs.flatMap((input) => {
      return replaced(input, isState(input) ? input.operation.name : undefined, ({ whole }) => whole);
    }),
    outputs: graph.outputs.flatMap((output) => {
      const own = { ...output, node: apart.get(output.node)! };
      return replaced(own, output.role === "state" ? output.name : undefined, ({ pack, next }) => {
        return { role: "state", name: pack.name, node: joined.of(next) };
      });
    }),
    packs: packings.map(({ pack }) => pack),
  };
}

/** The states of a pack, each as a part of the whole. */
function partsOf({ whole, states }: Packing): [Node, Node][] {
  let begin = 0;
  return states.map((state) => {
    const size = sizeOf(state.shape);
    const part = node({ kind: "slice", begin: [begin], size: [size] }, [whole]);
    begin += size;
    return [state, reshape(part, state.shape)];
  });
}

/** Nodes of one form side by side, as one. */
class Joined {
  readonly #made = new Map<string, Node>();
  readonly #numbers = new Map<Node, number>();

  constructor(
    readonly apart: ReadonlyMap<Node, Node>,
    packings: readonly Packing[],
    readonly updates: ReadonlySet<Node>,
  ) {
    for (const { whole, states } of packings) this.#made.set(this.#keyOf(states), whole);
  }

  of(nodes: readonly Node[]): Node {
    const key = this.#keyOf(nodes);
    const made = this.#made.get(key) ?? this.#make(nodes);
    this.#made.set(key, made);
    return made;
  }

  #make(nodes: readonly Node[]): Node {
    const [first] = nodes as [Node];
    if (isNumber(first)) return this.apart.get(first)!;
    if (this.updates.has(first)) {
      const inputs = first.inputs.map((_, index) => this.of(nodes.map(({ inputs }) => inputs[index]!)));
      return node(first.operation, inputs);
    }
    const parts = nodes.map((part) => reshape(this.apart.get(part)!, [sizeOf(part.shape)]));
    return node({ kind: "concatenate", axis: 0 }, parts);
  }

  #keyOf(nodes: readonly Node[]): string {
    for (const node of nodes) {
      if (!this.#numbers.has(node)) this.#numbers.set(node, this.#numbers.size);
    }
    return `${nodes.map((node) => this.#numbers.get(node))}`;
  }
}
