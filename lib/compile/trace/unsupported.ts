/** A program uses an operation that a runtime cannot compile; the message names the operation, the program and the line. */
export class UnsupportedOperationError extends Error {
  /** The class's name, which stays with the message where the error is printed. */
  override readonly name = "UnsupportedOperationError";

  /**
   * Makes the message of what is known.
   *
   * @param operation the tfjs kernel
   * @param program the program's name
   * @param line where user code called it, `file:line:column`, if known
   * @param detail what about it is not supported, where it is not the operation as a whole
   */
  constructor(
    readonly operation: string,
    readonly program: string,
    readonly line: string | undefined,
    detail?: string,
  ) {
    super(
      `${program} uses the operation ${operation}${line === undefined ? "" : ` at ${line}`}, ` +
        `${detail === undefined ? "which cannot be compiled" : `but ${detail}`}; ` +
        `write it by other operations, choose "runtime: cpu", or add it to lib/compile`,
    );
  }
}

/**
 * The innermost line of user code that led here: the first of the stack that is neither of tfjs nor of this folder.
 *
 * @returns `file:line:column`
 */
export function callerLine(): string | undefined {
  const settings = Error as unknown as { stackTraceLimit?: number };
  const limit = settings.stackTraceLimit ?? 10;
  settings.stackTraceLimit = Infinity;
  const stack = new Error().stack ?? "";
  settings.stackTraceLimit = limit;
  const own = import.meta.resolve("../");
  const lines = stack.split("\n").flatMap((frame) => /((?:file|https?):\/\/.*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []);
  const line = lines.find((line) => !line.startsWith(own) && !line.includes("/@tensorflow/"));
  return line?.startsWith("file:") ? decodeURIComponent(line.slice("file://".length)) : line;
}
