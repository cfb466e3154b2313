import type { Origin } from "./differentiation.ts";

/** A program uses an operation that a runtime cannot compile; the message names the operation, the program and the line. */
export class UnsupportedOperationError extends Error {
  /** The class's name, which stays with the message where the error is printed. */
  override readonly name = "UnsupportedOperationError";

  /**
   * Makes the message of what is known.
   *
   * @param operation the tfjs kernel
   * @param program the program's name
   * @param origin where user code called it, or what it is part of the gradient of
   * @param detail what about it is not supported, where it is not the operation as a whole
   */
  constructor(
    readonly operation: string,
    readonly program: string,
    readonly origin: Origin,
    detail?: string,
  ) {
    const { gradientOf } = origin;
    super(
      gradientOf === undefined
        ? `${program} uses the operation ${operation}${atLine(origin)}, ` +
          `${detail === undefined ? "which cannot be compiled" : `but ${detail}`}; ` +
          `write it by other operations, choose "runtime: cpu", or add it to lib/compile`
        : `${program} uses the gradient of the operation ${gradientOf}${atLine(origin)}, ` +
          `and its part ${operation} cannot be compiled${detail === undefined ? "" : `: ${detail}`}; ` +
          `write ${gradientOf} by other operations, choose "runtime: cpu", or add ${operation} to lib/compile`,
    );
  }
}

/** Where something is, for a message: with a blank before it, nothing where it is not known. */
export function atLine({ line }: Pick<Origin, "line">): string {
  return line === undefined ? "" : ` at ${line}`;
}
