import type { Node } from "../graph/node.ts";
import type { Dtype, Kind, Operation, OperationOf } from "../graph/operation.ts";
import { sameShape } from "../graph/shape.ts";
import type { Precision } from "./precision.ts";
import { elementTypes, numberText, tensorType } from "./type.ts";

/** Writes a node's operation into the text and returns the name of its value. */
export type Lower<O extends Operation = Operation> = (node: Node<O>, emitter: Emitter) => string;

/** How each operation is written. */
export type Lowerings = { readonly [K in Kind]: Lower<OperationOf<K>> };

/** Writes nodes as lines of StableHLO, each once. */
export class Emitter {
  readonly #lines: string[] = [];
  readonly #values = new Map<Node, string>();
  readonly #constants = new Map<string, string>();
  readonly #lowerings: Lowerings;
  /**
   * Starts with nothing written.
   *
   * @param lowerings how each operation is written
   * @param precision of products and convolutions of float32 numbers
   */
  constructor(lowerings: Lowerings, readonly precision: Precision) {
    this.#lowerings = lowerings;
  }

  /** What was written. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Writes an operation with one result and returns its name. */
  add(operation: string): string {
    const name = `%${this.#lines.length}`;
    this.#lines.push(`${name} = ${operation}`);
    return name;
  }

  /** Writes an operation with several results and returns their names. */
  addSeveral(operation: string, count: number): string[] {
    const name = `%${this.#lines.length}`;
    this.#lines.push(`${name}:${count} = ${operation}`);
    return Array.from({ length: count }, (_, index) => `${name}#${index}`);
  }

  /** Says that a node's value is there already, by a name. */
  bind(node: Node, name: string): void {
    this.#values.set(node, name);
  }

  /** The name of a node's value, written now if it was not. */
  value(node: Node): string {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    // The table's type pairs each operation with its own lowering, which an index by a union cannot express.
    const lower = this.#lowerings[node.operation.kind] as Lower;
    const name = lower(node, this);
    this.#values.set(node, name);
    return name;
  }

  /** The name of a constant, one value everywhere; written at its first use. */
  constant(value: number, shape: readonly number[], dtype: Dtype): string {
    const type = typeOf({ shape, dtype });
    const text = `stablehlo.constant dense<${numberText(value, elementTypes[dtype])}> : ${type}`;
    const name = this.#constants.get(text) ?? this.add(text);
    this.#constants.set(text, name);
    return name;
  }

  /** A value's axes put at some of another shape's, and repeated over the rest and over extents of 1. */
  broadcastAlong(value: string, from: Typed, shape: readonly number[], axes: readonly number[]): string {
    const [before, after] = [typeOf(from), typeOf({ ...from, shape })];
    return this.add(`stablehlo.broadcast_in_dim ${value}, dims = ${list(axes)} : (${before}) -> ${after}`);
  }

  /** A node's value repeated to a larger shape, lined up from the right. */
  stretched(node: Node, shape: readonly number[]): string {
    if (sameShape(node.shape, shape)) return this.value(node);
    if (node.operation.kind === "fill") return this.constant(node.operation.value, shape, node.dtype);
    const axes = node.shape.map((_, axis) => axis + shape.length - node.shape.length);
    return this.broadcastAlong(this.value(node), node, shape, axes);
  }
}

/** What has a shape and a type: a node, for one. */
export interface Typed {
  /** Extents, outermost first. */
  readonly shape: readonly number[];
  /** Type of a value. */
  readonly dtype: Dtype;
}

/** The type of a node in StableHLO. */
export function typeOf({ shape, dtype }: Typed): string {
  return tensorType(shape, elementTypes[dtype]);
}

/** Numbers as StableHLO lists them: `[1, 2]`. */
export function list(values: readonly (number | string)[]): string {
  return `[${values.join(", ")}]`;
}
