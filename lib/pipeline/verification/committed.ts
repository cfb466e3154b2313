import { existsSync } from "node:fs";
import type { Stage } from "../file/pipeline.ts";

/**
 * The stages that a clone can recompute: all they read is there and none of it is ignored by git, and so is something of
 * what they write. Where git does not keep the project, everything that is there counts.
 *
 * @param root absolute folder of the project
 */
export async function fromCommitted(stages: readonly Stage[], root: string): Promise<Stage[]> {
  const paths = stages.flatMap((stage) => [...inputsOf(stage), ...stage.outs.map(({ path }) => path)]);
  const ignored = await ignoredByGit([...new Set(paths)], root);
  const isKept = (path: string): boolean => existsSync(path) && !ignored.has(path);
  return stages.filter((stage) =>
    !stage.frozen && inputsOf(stage).every(isKept) && stage.outs.some(({ path }) => isKept(path))
  );
}

/** Absolute paths of what a stage reads: its deps, and the files of its params. */
export function inputsOf({ deps, params }: Stage): string[] {
  return [...new Set([...deps.map(({ path }) => path), ...params.map(({ file }) => file)])];
}

async function ignoredByGit(paths: readonly string[], root: string): Promise<ReadonlySet<string>> {
  try {
    const git = new Deno.Command("git", {
      args: ["check-ignore", "--stdin", "-z"],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = git.output();
    const input = git.stdin.getWriter();
    // It ends before it has read where there is no repository.
    await input.write(new TextEncoder().encode(paths.join("\0"))).then(() => input.close()).catch(() => {});
    return new Set(new TextDecoder().decode((await output).stdout).split("\0"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Set();
    throw error;
  }
}
