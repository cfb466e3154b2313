/**
 * A Python script as a child that answers requests, so that it and we take turns.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The child: a line of JSON each way. */
export interface PythonChild extends Disposable {
  /**
   * Asks, and waits for the answer.
   *
   * @throws {Error} where the Python cannot be started, or the child ends before it has answered
   */
  ask<Answer>(request: unknown): Promise<Answer>;
}

/** Starts the child. */
export function startChild(python: string, script: URL, args: readonly string[] = []): PythonChild {
  const path = fileURLToPath(script);
  const child = spawn(python, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  let failure: string | undefined;
  child.on("error", (error) => failure ??= `${python} cannot be started: ${error.message}`);
  // What is written to a child that has ended; that it has is said by the answer that does not come.
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(failure ?? `${basename(path)} ended before its answer`);
      return JSON.parse(line.value);
    },
    [Symbol.dispose]: () => child.stdin.end(),
  };
}
