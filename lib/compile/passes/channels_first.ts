import { type Graph, topologicalOrder } from "../graph/graph.ts";
import { channelsFirstAxes, channelsLastAxes, permutedShape, transposed, withRank } from "../graph/layout.ts";
import { broadcast, fill, type Node, node } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import { sameShape } from "../graph/shape.ts";
import { mapOutputs, withInputs } from "./rewrite.ts";

/**
 * Lets convolutions and poolings work on images whose channels come first, and with them all that computes value by value,
 * or sums, between them: for engines whose convolutions know that layout alone. A value is transposed once where something
 * needs the other layout, and nowhere else.
 */
export function channelsFirst(graph: Graph): Graph {
  const forms = new Forms();
  for (const node of topologicalOrder(graph.outputs.map((output) => output.node))) forms.add(node);
  return mapOutputs(graph, (node) => forms.last(node));
}

/** The nodes of the new graph, by those of the old one: each in the old layout, with channels first, or in both. */
class Forms {
  readonly #last = new Map<Node, Node>();
  readonly #first = new Map<Node, Node>();
  /** Those that are computed with channels first. */
  readonly #computedFirst = new Set<Node>();

  /** Takes over a node whose inputs were taken over before. */
  add(node: Node): void {
    const first = this.#windowed(node) ?? this.#valueByValue(node) ?? this.#reducedKeeping(node);
    if (first === undefined) {
      this.#last.set(node, this.#reduced(node) ?? withInputs(node, node.inputs.map((input) => this.last(input))));
      return;
    }
    this.#first.set(node, first);
    this.#computedFirst.add(node);
  }

  /** A node in the old layout. */
  last(node: Node): Node {
    const known = this.#last.get(node);
    if (known !== undefined) return known;
    const made = transposed(this.#first.get(node) as Node, channelsLastAxes);
    this.#last.set(node, made);
    return made;
  }

  /** A node of rank 4 with channels first. */
  first(node: Node): Node {
    const known = this.#first.get(node);
    if (known !== undefined) return known;
    const made = this.#convertedFirst(node);
    this.#first.set(node, made);
    return made;
  }

  #convertedFirst(node: Node): Node {
    const { operation, inputs, shape, dtype } = node;
    const permuted = permutedShape(shape, channelsFirstAxes);
    // What is the same over axes is not spread out before it is transposed.
    if (operation.kind === "fill") return fill(operation.value, permuted, dtype);
    if (operation.kind === "broadcast") return broadcast(this.#stretchable(inputs[0] as Node), permuted);
    return transposed(this.last(node), channelsFirstAxes);
  }

  /** An input of a function of images with channels first, of whatever rank. */
  #stretchable(input: Node): Node {
    if (input.shape.length === 0) return this.last(input);
    if (input.shape.length === 4) return this.first(input);
    return transposed(withRank(this.last(input), 4), channelsFirstAxes);
  }

  #windowed({ operation, inputs, source }: Node): Node | undefined {
    const [images, other] = inputs as [Node, Node];
    switch (operation.kind) {
      case "convolution":
      case "pool":
        return node({ ...operation, channelsFirst: true }, this.#imagesAnd(operation, images, other), source);
      case "convolutionInputGradient":
      case "averagePoolGradient": {
        const shape = permutedShape(operation.shape, channelsFirstAxes);
        return node({ ...operation, channelsFirst: true, shape }, this.#imagesAnd(operation, images, other), source);
      }
      case "maxPoolGradient":
        return node({ ...operation, channelsFirst: true }, [this.first(images), this.first(other)], source);
      default:
        return undefined;
    }
  }

  /** The inputs of an operation on images and, where it is a convolution, a filter. */
  #imagesAnd({ kind }: Operation, images: Node, filter: Node | undefined): Node[] {
    const isConvolution = kind === "convolution" || kind === "convolutionInputGradient";
    return isConvolution ? [this.first(images), this.last(filter as Node)] : [this.first(images)];
  }

  /** A function of values in one place, where one of them was computed with channels first and has the whole shape. */
  #valueByValue({ operation, inputs, shape, source }: Node): Node | undefined {
    if (!valueByValue.has(operation.kind)) return undefined;
    if (!inputs.some((input) => this.#computedFirst.has(input) && sameShape(input.shape, shape))) return undefined;
    return node(operation, inputs.map((input) => this.#stretchable(input)), source);
  }

  #reducedKeeping({ operation, inputs: [input], source }: Node): Node | undefined {
    if (operation.kind !== "reduce" || !operation.keep || !this.#computedFirst.has(input as Node)) return undefined;
    return node({ ...operation, axes: axesFirst(operation.axes) }, [this.first(input as Node)], source);
  }

  /** A sum over images with channels first, where the axes that stay keep their order. */
  #reduced({ operation, inputs: [input], source }: Node): Node | undefined {
    if (operation.kind !== "reduce" || operation.keep || !this.#computedFirst.has(input as Node)) return undefined;
    const staying = channelsFirstAxes.filter((axis) => !operation.axes.includes(axis));
    if (!staying.every((axis, index) => index === 0 || axis > (staying[index - 1] as number))) return undefined;
    return node({ ...operation, axes: axesFirst(operation.axes) }, [this.first(input as Node)], source);
  }
}

const valueByValue: ReadonlySet<Operation["kind"]> = new Set(["unary", "binary", "select", "cast"]);

/** Where axes of images lie with channels first, ascending. */
function axesFirst(axes: readonly number[]): number[] {
  return axes.map((axis) => channelsFirstAxes.indexOf(axis)).sort((a, b) => a - b);
}
