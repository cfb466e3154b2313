/**
 * A Python script of this folder as a child that answers a line of JSON with another, so that it and we take turns.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The child, until it is disposed of. */
export interface Peer extends Disposable {
  /** Sends a request and waits for the answer. */
  ask(request: unknown): Promise<unknown>;
}

/** Starts the child. */
export function startProcess(python: string, script: string, args: readonly string[] = []): Peer {
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${script} ended before its answer`);
      return JSON.parse(line.value);
    },
    [Symbol.dispose]: () => child.stdin.end(),
  };
}
