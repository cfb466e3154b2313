import type { Node } from "../graph/node.ts";

/** What a tfjs kernel call holds: its tensors as nodes by name (or as a list), and its attributes. */
export interface KernelCall {
  /** The only or first tensor. */
  readonly input: Node;
  /** The tensors in the order given. */
  readonly inputs: readonly Node[];
  /** A tensor by the name that the kernel gives it. */
  readonly tensor: (name: string) => Node;
  /** A tensor that the caller may have left away. */
  readonly optional: (name: string) => Node | undefined;
  /** As the kernel's caller gave them; their names and types are tfjs's. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Turns the call of a tfjs kernel into the node that it returns, or the list of them. */
export type KernelTracer = (call: KernelCall) => Node | readonly Node[];

/** A kernel is called with attributes that no tracer knows. */
export class UnsupportedAttributes extends Error {}
