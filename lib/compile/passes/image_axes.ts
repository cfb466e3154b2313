import { topologicalOrder } from "../graph/graph.ts";
import { permutedShape, transposed, withRank } from "../graph/layout.ts";
import { broadcast, fill, type Node, node } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import { sameShape } from "../graph/shape.ts";
import { mapOutputs, type Pass, withInputs } from "./rewrite.ts";

/** How an engine wants to compute a node. */
export interface Arrangement {
  /** Makes the node; an input is asked for by the order of its axes, or as it was. */
  readonly make: (input: (node: Node, axes?: readonly number[]) => Node) => Node;
  /** In which order of the axes `[batch, height, width, channels]` it gives images; absent if it gives no images. */
  readonly axes?: readonly number[];
}

/** Says of a node how an engine wants to compute it; undefined if it does not mind. */
export type Preference = (node: Node) => Arrangement | undefined;

/**
 * Lets convolutions and the like work on images whose axes lie as an engine wants them, and with them all that computes value
 * by value, or sums, between them. Images are transposed once where something needs another order, and nowhere else.
 *
 * @param preferences the first that minds a node decides; what is computed of images in two orders takes that of the earlier
 */
export function arrangeImages(...preferences: readonly Preference[]): Pass {
  return (graph) => {
    const forms = new Forms(preferences);
    for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) forms.add(node);
    return mapOutputs(graph, (node) => forms.in(plain, node));
  };
}

type Axes = readonly number[];

/** The order of the graph that is given. */
const plain: Axes = [0, 1, 2, 3];

/** The nodes of the new graph, by those of the old one: each in the order in which it is computed, and in those asked for. */
class Forms {
  readonly #made = new Map<Node, Map<string, Node>>();
  /** Images that are computed in another order: in that of which preference. */
  readonly #computed = new Map<Node, { readonly axes: Axes; readonly rank: number }>();

  constructor(readonly preferences: readonly Preference[]) {}

  /** Takes over a node whose inputs were taken over before. */
  add(node: Node): void {
    for (const [rank, preference] of this.preferences.entries()) {
      const wanted = preference(node);
      if (wanted === undefined) continue;
      const made = wanted.make((input, axes = plain) => this.in(axes, input));
      if (wanted.axes !== undefined) this.#computed.set(node, { axes: wanted.axes, rank });
      return this.#set(node, wanted.axes ?? plain, made);
    }
    const order = this.#orderOfInputs(node);
    const following = order && (this.#valueByValue(node, order.axes) ?? this.#reducedKeeping(node, order.axes));
    if (following !== undefined) {
      this.#computed.set(node, order!);
      return this.#set(node, order!.axes, following);
    }
    const reduced = order && this.#reduced(node, order.axes);
    this.#set(node, plain, reduced ?? withInputs(node, node.inputs.map((input) => this.in(plain, input))));
  }

  /** A node with its axes in an order; of images' rank, unless the order is that of the graph given. */
  in(axes: Axes, node: Node): Node {
    const known = this.#made.get(node)?.get(`${axes}`);
    if (known !== undefined) return known;
    const made = this.#converted(node, axes);
    this.#set(node, axes, made);
    return made;
  }

  #set(node: Node, axes: Axes, made: Node): void {
    const forms = this.#made.get(node) ?? new Map<string, Node>();
    this.#made.set(node, forms.set(`${axes}`, made));
  }

  /** The order in which an input is computed that is as large as the result, or summed up. */
  #orderOfInputs({ operation, inputs, shape }: Node): { readonly axes: Axes; readonly rank: number } | undefined {
    return inputs
      .filter((input) => operation.kind === "reduce" || sameShape(input.shape, shape))
      .map((input) => this.#computed.get(input))
      .filter((order) => order !== undefined)
      .toSorted((left, right) => left.rank - right.rank)[0];
  }

  #converted(node: Node, axes: Axes): Node {
    const { operation, inputs, shape, dtype } = node;
    const permuted = permutedShape(shape, axes);
    // What is the same over axes is not spread out before it is transposed.
    if (operation.kind === "fill") return fill(operation.value, permuted, dtype);
    if (operation.kind === "broadcast") return broadcast(this.#stretchable(inputs[0] as Node, axes), permuted);
    const computed = this.#computed.get(node)?.axes ?? plain;
    return transposed(this.in(computed, node), axes.map((axis) => computed.indexOf(axis)));
  }

  /** An input of a function of images, of whatever rank. */
  #stretchable(input: Node, axes: Axes): Node {
    if (input.shape.length === 0) return this.in(plain, input);
    if (input.shape.length === 4) return this.in(axes, input);
    return transposed(withRank(this.in(plain, input), 4), axes);
  }

  #valueByValue({ operation, inputs, source }: Node, axes: Axes): Node | undefined {
    if (!valueByValue.has(operation.kind)) return undefined;
    return node(operation, inputs.map((input) => this.#stretchable(input, axes)), source);
  }

  #reducedKeeping({ operation, inputs: [input], source }: Node, axes: Axes): Node | undefined {
    if (operation.kind !== "reduce" || !operation.keep) return undefined;
    return node({ ...operation, axes: placesOf(operation.axes, axes) }, [this.in(axes, input as Node)], source);
  }

  /** A sum over images, where the axes that stay keep their order. */
  #reduced({ operation, inputs: [input], source }: Node, axes: Axes): Node | undefined {
    if (operation.kind !== "reduce" || operation.keep) return undefined;
    const staying = axes.filter((axis) => !operation.axes.includes(axis));
    if (!staying.every((axis, index) => index === 0 || axis > (staying[index - 1] as number))) return undefined;
    return node({ ...operation, axes: placesOf(operation.axes, axes) }, [this.in(axes, input as Node)], source);
  }
}

const valueByValue: ReadonlySet<Operation["kind"]> = new Set(["unary", "binary", "select", "cast"]);

/** Where axes lie in an order, ascending. */
function placesOf(axes: Axes, order: Axes): number[] {
  return axes.map((axis) => order.indexOf(axis)).sort((a, b) => a - b);
}
