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
  /** Asks, and waits for the answer. */
  ask<Answer>(request: unknown): Promise<Answer>;
}

/** Starts the child. */
export function startChild(python: string, script: URL, args: readonly string[] = []): PythonChild {
  const path = fileURLToPath(script);
  const child = spawn(python, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${basename(path)} ended before its answer`);
      return JSON.parse(line.value);
    },
    [Symbol.dispose]: () => child.stdin.end(),
  };
}
