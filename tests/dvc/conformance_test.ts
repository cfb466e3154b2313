import assert from "node:assert/strict";
import { join } from "node:path";
import { dvcProgram } from "./dvc_program.ts";
import { dvcPython } from "./environment.ts";
import type { Outcome, Program } from "./outcome.ts";
import { ownProgram } from "./own_program.ts";
import { type Edit, type Project, readProjects, writeFiles } from "./project.ts";

/** How many projects run where not all are asked for. */
const SAMPLE = 12;

const python = await dvcPython();
const ignore = python === undefined && Deno.env.get("CI") === undefined;
if (ignore) console.log("DVC is not installed, so nothing is compared with it: deno task setup:dvc");

const all = [...await readProjects()];
const chosen = Deno.env.get("DVC") === "all"
  ? all
  : all.filter((_, index) => index % Math.ceil(all.length / SAMPLE) === 0);

const scratch = await Deno.realPath(await Deno.makeTempDir({ prefix: "dvc-" }));
const dvc = python === undefined ? undefined : dvcProgram(python, scratch);
addEventListener("unload", () => {
  dvc?.[Symbol.dispose]();
  Deno.removeSync(scratch, { recursive: true });
});

for (const [name, project] of chosen) {
  Deno.test(`DVC and the engine agree: ${name}`, { ignore }, async () => {
    if (dvc === undefined) throw new Error("DVC is not installed: deno task setup:dvc");
    const folder = await Deno.makeTempDir({ dir: scratch });
    try {
      await compare(project, [dvc, ownProgram], folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function compare(project: Project, programs: readonly [Program, Program], folder: string): Promise<void> {
  const folders = ["dvc", "own"].map((name) => join(folder, name));
  for (const folder of folders) {
    await writeFiles(folder, { ".dvc/config": "[core]\n    no_scm = true\n", ...project.files });
  }
  for (const [position, step] of project.steps.entries()) {
    if (!("run" in step)) {
      for (const folder of folders) await edit(folder, step);
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

async function edit(folder: string, step: Edit): Promise<void> {
  if ("write" in step) return await writeFiles(folder, step.write);
  if ("commit" in step) return await commit(folder, step.commit);
  for (const path of step.remove) await Deno.remove(join(folder, path), { recursive: true });
}

async function commit(folder: string, message: string): Promise<void> {
  const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  for (const args of [["init", "--quiet"], ["add", "--all"], [...author, "commit", "--quiet", "--message", message]]) {
    const { success, stderr } = await new Deno.Command("git", { args: ["-C", folder, ...args] }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
}

/** The words of a command line; single quotes hold one together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
