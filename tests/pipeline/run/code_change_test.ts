import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { moduleText } from "../support/module_text.ts";

Deno.test("a stage whose code changed since the run began does not run, and does at the next repro", async () => {
  await using project = await Project.create({
    "value.ts": `export const value = "one";\n`,
    "write.ts": moduleText({
      imports: `import { value } from "./value.ts";`,
      deps: ["first"],
      outs: ["out"],
      body: `Deno.writeTextFileSync(outs.out, value + Deno.readTextFileSync(deps.first));`,
    }),
    "pipeline.yaml": `stages:
  edit:
    cmd: sed -i.bak s/one/two/ value.ts; echo 1 > first.txt
    outs: [first.txt]
  write:
    run: write.ts
    deps: {first: first.txt}
    outs: {out: out.txt}
`,
  });
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 1);
  assert.match(stdout + stderr, /The code of write changed since this run began\n\s+hint: Reproduce again/);
  assert.ok(!await project.exists("out.txt"));
  await project.write(
    "pipeline.yaml",
    (await project.read("pipeline.yaml")).replace("sed -i.bak s/one/two/ value.ts; ", ""),
  );
  assert.equal((await project.run("repro")).code, 0);
  assert.equal(await project.read("out.txt"), "two1\n");
});
