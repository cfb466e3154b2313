import { join } from "node:path";
import { compare } from "./comparison.ts";
import { dvcProgram } from "./dvc_program.ts";
import { dvcPython } from "./environment.ts";
import { ownProgram } from "./own_program.ts";
import type { Project } from "./project.ts";

/** Registers tests that DVC and the engine agree on projects; without DVC they are skipped, save under CI. */
export async function agree(projects: Iterable<readonly [string, Project]>): Promise<void> {
  const python = await dvcPython();
  const ignore = python === undefined && Deno.env.get("CI") === undefined;
  if (ignore) console.log("DVC is not installed, so nothing is compared with it: deno task setup:dvc");
  const scratch = await Deno.realPath(await Deno.makeTempDir({ prefix: "dvc-" }));
  const dvc = python === undefined ? undefined : dvcProgram(python, scratch);
  addEventListener("unload", () => {
    dvc?.[Symbol.dispose]();
    Deno.removeSync(scratch, { recursive: true });
  });
  for (const [name, project] of projects) {
    Deno.test(`DVC and the engine agree: ${name}`, { ignore }, async () => {
      if (dvc === undefined) throw new Error("DVC is not installed: deno task setup:dvc");
      const folder = join(scratch, crypto.randomUUID());
      await Deno.mkdir(folder);
      try {
        await compare(project, [dvc, ownProgram], folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}
