import { join, normalize } from "node:path";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { dvcEnvironment, peerScript } from "./environment.ts";
import { jsonIn, type LockedStage, type Program } from "./outcome.ts";
import { readFiles } from "./project.ts";

/**
 * DVC itself.
 *
 * @param python absolute path of a Python that has it
 * @param scratch absolute folder for what it keeps outside of projects
 */
export function dvcProgram(python: string, scratch: string): Program {
  const env = { ...Deno.env.toObject(), ...dvcEnvironment(scratch) };
  const child = spawn(python, [peerScript], { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    name: "DVC",
    async run(root, folder, args) {
      const path = join(scratch, "log");
      child.stdin.write(`${JSON.stringify({ root, folder: join(root, folder), args, log: path })}\n`);
      const line = await lines.next();
      const log = await Deno.readTextFile(path);
      const { code, stages } = JSON.parse(String(line.value)) as {
        code: number;
        stages: Record<string, LockedStage>;
      };
      if (code < 0) throw new Error(`DVC ended before its answer: ${log}`);
      const named = (pattern: RegExp): string[] =>
        [...log.matchAll(pattern)].map(([, name]) => fromRoot(folder, name!));
      const ran = named(/^Running stage '(.*)':$/gm);
      const restored = named(/^Stage '(.*)' is cached - skipping run, checking out outputs$/gm);
      const files = await readFiles(root);
      return { outcome: { ok: code === 0, ran, restored, lock: stages, ...jsonIn(args, log, root), files }, log };
    },
    [Symbol.dispose]: () => child.stdin.end(),
  };
}

/** The address of a stage from the project's root, of which DVC gives the one from the current folder. */
function fromRoot(folder: string, address: string): string {
  const [, file = "dvc.yaml", name] = /^(?:(.*dvc\.yaml):)?(.*)$/.exec(address)!;
  const path = normalize(join(folder, file));
  return path === "dvc.yaml" ? name! : `${path}:${name}`;
}
