import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

/** Edits of the small study, and all that must be said of each. */
const MISTAKES: readonly { name: string; from: string; to: string; says: string }[] = [
  {
    name: "syntax",
    from: "outs: {text: outputs/text.txt}",
    to: "outs: {text: outputs/text.txt",
    says: `pipeline.yaml:9:3: error: Flow map in block collection must be sufficiently indented and end with a }
  9 |   repeat:
    |   ^`,
  },
  {
    name: "an unknown key",
    from: "deps: {text",
    to: "dep: {text",
    says: `pipeline.yaml:12:5: error: Unknown key dep
  12 |     dep: {text: outputs/text.txt}
     |     ^^^
  hint: Did you mean deps?
  hint: Expected one of desc, run, with, cmd, wdir, deps, params, outs, metrics, plots, env, tools, untracked, net, resources, executor, slurm, verify, diverged, frozen, always_changed, meta, vars, foreach, …`,
  },
  {
    name: "a wrong type",
    from: "outs: {count: outputs/count.txt}",
    to: "outs: {count: [1, {}]}",
    says: `pipeline.yaml:21:19: error: stages.count.outs.count is a list
  21 |     outs: {count: [1, {}]}
     |                   ^^^^^^^
  hint: Expected a path of an out, or a path with options`,
  },
  {
    name: "an unknown variable",
    from: '"${times}"',
    to: '"${tims}"',
    says: `pipeline.yaml:11:20: error: Unknown variable tims
  11 |     with: {times: "\${tims}"}
     |                    ^^^^^^^
  hint: Did you mean \${times}?
  hint: Expected one of word, times`,
  },
  {
    name: "a missing module",
    from: "stages/count.ts",
    to: "stages/cuont.ts",
    says: `pipeline.yaml:19:10: error: The module stages/cuont.ts does not exist
  19 |     run: stages/cuont.ts
     |          ^^^^^^^^^^^^^^^
  hint: Did you mean stages/count.ts?`,
  },
  {
    name: "a bad parameter value",
    from: '"${times}"',
    to: "0",
    says: `pipeline.yaml:11:19: error: with.times is 0, expected at least 1
  11 |     with: {times: 0}
     |                   ^`,
  },
  {
    name: "an unknown parameter",
    from: "with: {times",
    to: "with: {tims: 1, times",
    says: `pipeline.yaml:11:18: error: with.tims is not a parameter of the stage's module
  11 |     with: {tims: 1, times: "\${times}"}
     |                  ^
  hint: Did you mean times?`,
  },
  {
    name: "an unknown dep name",
    from: "deps: {text: outputs/text.txt}",
    to: "deps: {txet: outputs/text.txt}",
    says: `pipeline.yaml:10:10: error: stages/repeat.ts needs a dep named text
  10 |     run: stages/repeat.ts
     |          ^^^^^^^^^^^^^^^^
  hint: Add \`text: <path>\` to the stage's deps

pipeline.yaml:12:18: error: stages/repeat.ts has no dep named txet
  12 |     deps: {txet: outputs/text.txt}
     |                  ^^^^^^^^^^^^^^^^
  hint: Did you mean text?`,
  },
  {
    name: "duplicate outs",
    from: "outs: {count: outputs/count.txt}",
    to: "outs: {count: outputs/figures}",
    says: `pipeline.yaml:21:19: error: Stages draw and count have the same out outputs/figures
  21 |     outs: {count: outputs/figures}
     |                   ^^^^^^^^^^^^^^^
  pipeline.yaml:17:21: outputs/figures of stage draw
  17 |     outs: {figures: outputs/figures}
     |                     ^^^^^^^^^^^^^^^
  hint: Give each out a path of its own`,
  },
  {
    name: "overlapping outs",
    from: "outs: {count: outputs/count.txt}",
    to: "outs: {count: outputs/figures/count.txt}",
    says:
      `pipeline.yaml:21:19: error: The out outputs/figures/count.txt of stage count lies inside the out outputs/figures of stage draw
  21 |     outs: {count: outputs/figures/count.txt}
     |                   ^^^^^^^^^^^^^^^^^^^^^^^^^
  pipeline.yaml:17:21: outputs/figures of stage draw
  17 |     outs: {figures: outputs/figures}
     |                     ^^^^^^^^^^^^^^^
  hint: Give each out a path of its own`,
  },
  {
    name: "a cycle",
    from: "    outs: {text: outputs/text.txt}",
    to: "    deps: {count: outputs/count.txt}\n    outs: {text: outputs/text.txt}",
    says: `pipeline.yaml:5:3: error: Stages wait for each other in a circle: write -> repeat -> count -> write
  5 |   write:
    |   ^^^^^
  pipeline.yaml:13:18: repeat reads outputs/text.txt, an out of write
  13 |     deps: {text: outputs/text.txt}
     |                  ^^^^^^^^^^^^^^^^
  pipeline.yaml:21:22: count reads outputs/repeated.txt, an out of repeat
  21 |     deps: {repeated: outputs/repeated.txt}
     |                      ^^^^^^^^^^^^^^^^^^^^
  pipeline.yaml:8:19: write reads outputs/count.txt, an out of count
  8 |     deps: {count: outputs/count.txt}
    |                   ^^^^^^^^^^^^^^^^^`,
  },
  {
    name: "a dep that nobody makes",
    from: "  count:\n    run: stages/count.ts\n    deps: {repeated: outputs/repeated.txt}",
    to: "  count:\n    run: stages/count.ts\n    deps: {repeated: outputs/nowhere.txt}",
    says: `pipeline.yaml:20:22: error: count needs outputs/nowhere.txt, which does not exist
  20 |     deps: {repeated: outputs/nowhere.txt}
     |                      ^^^^^^^^^^^^^^^^^^^
  hint: No stage makes it; correct the path, or put it there`,
  },
  {
    name: "an alias bomb",
    from: "stages:",
    to: `bomb:
  - &a [x, x, x, x, x, x, x, x, x, x]
  - &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
  - &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
  - &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
  - &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
  - &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
stages:`,
    says:
      `pipeline.yaml:10:9: error: The aliases of this file multiply beyond measure: *e alone stands for 111111 values
  10 |   - &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
     |         ^^
  hint: Expected at most 10000 repetitions of an anchor, those inside it included; write the values out, or name them in vars`,
  },
];

for (const { name, from, to, says } of MISTAKES) {
  Deno.test(`${name} in pipeline.yaml is shown with its place, exits with 3 and starts nothing`, async () => {
    await using project = await Project.create(study());
    await project.edit("pipeline.yaml", from, to);
    const { code, stdout, stderr } = await project.run("repro");
    assert.equal(code, 3, stdout + stderr);
    assert.equal(stdout, "");
    assert.equal(stderr, `${says}\n`);
    assert.equal(await project.exists("outputs"), false);
    assert.equal(await project.exists("pipeline.lock"), false);
  });
}

Deno.test("several mistakes are shown at once", async () => {
  await using project = await Project.create(study());
  await project.edit("pipeline.yaml", "stages/count.ts", "stages/cuont.ts");
  await project.edit("pipeline.yaml", '"${times}"', '"${tims}"');
  const { stderr } = await project.run("repro");
  assert.equal([...stderr.matchAll(/^pipeline\.yaml:\d+:\d+: error: /gm)].length, 2, stderr);
});
