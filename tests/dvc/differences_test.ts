import assert from "node:assert/strict";
import { readProjects } from "./project.ts";

Deno.test("docs/dvc.md names every difference from DVC that the projects show", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/dvc.md", import.meta.url));
  const shown = [...(await readProjects()).values()].flatMap(({ steps }) =>
    steps.flatMap((step) => "run" in step ? step.differs ?? [] : [])
  );
  assert.ok(shown.length > 0);
  assert.deepEqual(shown.filter((difference) => !page.includes(`| ${difference} `)), []);
});
