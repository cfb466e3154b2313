import type { Node } from "../graph/node.ts";
import type { Kind, Operation, OperationOf } from "../graph/operation.ts";
import type { ChannelScaling } from "./channel_scaling.ts";
import type { OnnxGraph } from "./model.ts";

/** Writes a node into a graph and returns the name of its value. */
export type Lower<O extends Operation = Operation> = (node: Node<O>, emitter: Emitter) => string;

/** How each operation is written. */
export type Lowerings = { readonly [K in Kind]: Lower<OperationOf<K>> };

/** What lowering needs to know of a graph as a whole. */
export interface Plan {
  /** Products that the sum using them writes, by the sum. */
  readonly fused: ReadonlyMap<Node, FusedProduct>;
  /** Sums that scale images channel by channel. */
  readonly scalings: ReadonlyMap<Node, ChannelScaling>;
  /** What writing a node reads, in the order in which it is to be written: ONNX Runtime computes first what was written last. */
  readonly reads: (node: Node) => readonly Node[];
  /** Whether a node is the same in every step, so that it is computed once, outside the loop. */
  readonly invariant: (node: Node) => boolean;
  /** Whether a step's values get their shapes in a way that ONNX Runtime does not see before it runs. */
  readonly hidesShapes: boolean;
}

/** A sum of a matrix product and something else, which is one operation in ONNX. */
export interface FusedProduct {
  /** The matrix product. */
  readonly product: Node<OperationOf<"matMul">>;
  /** What is added. */
  readonly addend: Node;
}

/** Writes nodes into an ONNX graph, each once. */
export class Emitter {
  readonly #values = new Map<Node, string>();
  readonly #lowerings: Lowerings;
  /**
   * Starts with nothing written.
   *
   * @param graph what is written
   * @param plan of the graph that is read
   * @param lowerings how each operation is written
   * @param outer writes the graph around a loop's body, for the nodes that are the same in every step
   */
  constructor(readonly graph: OnnxGraph, readonly plan: Plan, lowerings: Lowerings, readonly outer?: Emitter) {
    this.#lowerings = lowerings;
  }

  /** Says that a node's value is there already, by a name. */
  bind(node: Node, name: string): void {
    this.#values.set(node, name);
  }

  /** The name of a node's shape, for a `Reshape`. */
  shapeOf({ shape }: Node): string {
    return this.outer !== undefined && this.plan.hidesShapes
      ? this.outer.graph.hiddenIntegers(shape)
      : this.graph.shape(shape);
  }

  /** The name of a node's value, written now if it was not. */
  value(node: Node): string {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    const isHere = this.outer === undefined || !this.plan.invariant(node);
    // The table's type pairs each operation with its own lowering, which an index by a union cannot express.
    const lower = this.#lowerings[node.operation.kind] as Lower;
    if (isHere) { for (const read of this.plan.reads(node)) this.value(read); }
    const name = isHere ? lower(node, this) : this.outer.value(node);
    this.#values.set(node, name);
    return name;
  }
}
