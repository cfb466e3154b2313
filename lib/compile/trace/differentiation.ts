import * as tf from "@tensorflow/tfjs";
import { isTensorflow, placesOf, stackHere, userLine } from "./stack.ts";

/** An operation that user code called, and whose gradient is asked for. */
interface Differentiated {
  readonly kernel: string;
  /** The stack when it was called. */
  readonly stack: Error;
}

/** Where in user code something comes from. */
export interface Origin {
  /** `file:line:column`, if known. */
  readonly line: string | undefined;
  /** The kernel that was called there, where what is computed now is part of its gradient. */
  readonly gradientOf?: string;
}

let current: Differentiated | undefined;
/** Of errors that were thrown in gradients. */
const origins = new WeakMap<Error, Origin>();

/**
 * The innermost line of user code that led here; where tfjs computes a gradient, by a function that is not the user's own, the
 * line of the operation that is differentiated, since nobody wrote the gradient.
 *
 * @param stack where an error was thrown, if not here
 */
export function originOf(stack: Error = stackHere()): Origin {
  const places = placesOf(stack);
  if (current === undefined) return { line: userLine(places) };
  // The frames of whoever asks come first, this function's among them.
  const start = places.findIndex(isTensorflow);
  const boundary = places.findIndex((place, index) => index > start && place.startsWith(import.meta.url));
  const line = userLine(places.slice(0, boundary));
  return line === undefined ? { line: userLine(placesOf(current.stack)), gradientOf: current.kernel } : { line };
}

/** Where in user code an error was thrown, as {@linkcode originOf} says, also when the gradient under way then has been left. */
export function originOfError(error: Error): Origin {
  return origins.get(error) ?? originOf(error);
}

/** What tfjs keeps of an operation that it may have to differentiate. */
interface TapeNode {
  readonly kernelName: string;
  gradient?: (gradients: tf.Tensor[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** The part of tfjs's engine that keeps them; it is not declared for the public, and the version is pinned. */
interface Tape {
  addTapeNode?: (...what: unknown[]) => void;
  readonly state: { readonly activeTape: TapeNode[] };
}

/**
 * Runs a function during which {@linkcode originOf} knows whose gradient is under way.
 *
 * @param missing makes the error where tfjs has no gradient of an operation that it needs
 */
export function followingGradients<T>(missing: (origin: Origin) => Error, run: () => T): T {
  const tape = tf.engine() as unknown as Tape;
  const add = tape.addTapeNode!;
  tape.addTapeNode = (...what) => {
    add.apply(tape, what);
    const node = tape.state.activeTape.at(-1)!;
    const of: Differentiated = { kernel: node.kernelName, stack: stackHere() };
    const { gradient } = node;
    node.gradient = (gradients) => {
      if (gradient === undefined) throw missing({ line: userLine(placesOf(of.stack)), gradientOf: of.kernel });
      const byInput = differentiating(of, () => gradient(gradients));
      const entries = Object.entries(byInput).map(([input, make]) => [input, () => differentiating(of, make)] as const);
      return Object.fromEntries(entries);
    };
  };
  try {
    return run();
  } finally {
    // Only what was put before the method of the same name.
    delete tape.addTapeNode;
  }
}

function differentiating<T>(of: Differentiated, run: () => T): T {
  const outer = current;
  current = of;
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && !origins.has(error)) origins.set(error, originOf(error));
    throw error;
  } finally {
    current = outer;
  }
}
