import assert from "node:assert/strict";
import { join } from "node:path";
import type { Outcome, Program } from "./outcome.ts";
import { type Edit, type Project, writeFiles } from "./project.ts";

/** Takes a project through its steps by two programs, in two copies of it, and holds what comes of each to be the same. */
export async function compare(project: Project, programs: readonly [Program, Program], folder: string): Promise<void> {
  const folders = ["dvc", "own"].map((name) => join(folder, name));
  for (const folder of folders) {
    await writeFiles(folder, { ".dvc/config": "[core]\n    no_scm = true\n", ...project.files });
  }
  for (const [position, step] of project.steps.entries()) {
    if (!("run" in step)) {
      for (const folder of folders) await edit(folder, step, position);
      continue;
    }
    const { run, in: inside, differs } = step;
    const [dvc, own] = await Promise.all(
      programs.map((program, index) => program.run(folders[index]!, inside, words(run))),
    );
    const shown = `step ${position + 1}, ${run}\n--- DVC\n${dvc!.log}\n--- the engine\n${own!.log}`;
    const [expected, actual] = [dvc!.outcome, own!.outcome].map((outcome) =>
      project.order === "free" ? sorted(outcome) : outcome
    );
    if (differs === undefined) assert.deepEqual(actual, expected, shown);
    else assert.notDeepEqual(actual, expected, `there is no difference any more: ${differs}\n${shown}`);
  }
}

function sorted(outcome: Outcome): Outcome {
  return { ...outcome, ran: outcome.ran.toSorted(), restored: outcome.restored.toSorted() };
}

async function edit(folder: string, step: Edit, position: number): Promise<void> {
  if ("write" in step) return await writeFiles(folder, step.write);
  if ("commit" in step) return await commit(folder, step.commit, position);
  if ("git" in step) return await git(folder, words(step.git));
  for (const path of step.remove) await Deno.remove(join(folder, path), { recursive: true });
}

/** Each commit is of another second, so that their order is known. */
async function commit(folder: string, message: string, second: number): Promise<void> {
  const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  const date = `2026-01-01T00:00:${String(second).padStart(2, "0")}Z`;
  for (const args of [["init", "--quiet"], ["add", "--all"], [...author, "commit", "--quiet", "--message", message]]) {
    await git(folder, args, { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date });
  }
}

async function git(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", { args: ["-C", folder, ...args], env }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** The words of a command line; single quotes hold one together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
