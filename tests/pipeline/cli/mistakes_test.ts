import assert from "node:assert/strict";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

/** Edits of the small study, and the first line of what must be said of each. */
const MISTAKES: readonly { name: string; from: string; to: string; says: RegExp }[] = [
  { name: "syntax", from: "outs: {text: outputs/text.txt}", to: "outs: {text: outputs/text.txt", says: /error: / },
  { name: "an unknown key", from: "deps: {text", to: "dep: {text", says: /error: .*\bdep\b/ },
  { name: "a wrong type", from: "outs: {count: outputs/count.txt}", to: "outs: {count: [1, {}]}", says: /error: / },
  { name: "an unknown variable", from: '"${times}"', to: '"${tims}"', says: /error: .*tims/ },
  { name: "a missing module", from: "stages/count.ts", to: "stages/cuont.ts", says: /error: .*cuont\.ts/ },
  { name: "a bad parameter value", from: '"${times}"', to: "0", says: /error: .*times/ },
  { name: "an unknown parameter", from: "with: {times", to: "with: {tims: 1, times", says: /error: .*tims/ },
  {
    name: "an unknown dep name",
    from: "deps: {text: outputs/text.txt}",
    to: "deps: {txet: outputs/text.txt}",
    says: /error: .*t(ex|xe)t/,
  },
  {
    name: "duplicate outs",
    from: "outs: {count: outputs/count.txt}",
    to: "outs: {count: outputs/figures}",
    says: /error: .*outputs\/figures/,
  },
  {
    name: "overlapping outs",
    from: "outs: {count: outputs/count.txt}",
    to: "outs: {count: outputs/figures/count.txt}",
    says: /error: .*outputs\/figures/,
  },
  {
    name: "a cycle",
    from: "    outs: {text: outputs/text.txt}",
    to: "    deps: {count: outputs/count.txt}\n    outs: {text: outputs/text.txt}",
    says: /error: .*circle/,
  },
  {
    name: "a dep that nobody makes",
    from: "  count:\n    run: stages/count.ts\n    deps: {repeated: outputs/repeated.txt}",
    to: "  count:\n    run: stages/count.ts\n    deps: {repeated: outputs/nowhere.txt}",
    says: /error: count needs outputs\/nowhere\.txt, which does not exist/,
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
    says: /error: /,
  },
];

for (const { name, from, to, says } of MISTAKES) {
  Deno.test(`${name} in pipeline.yaml is shown with its place, exits with 3 and starts nothing`, async () => {
    await using project = await Project.create(study());
    await project.edit("pipeline.yaml", from, to);
    const { code, stdout, stderr } = await project.run("repro");
    assert.equal(code, 3, stdout + stderr);
    assert.equal(stdout, "");
    const [first, excerpt, carets] = stderr.split("\n");
    assert.match(first!, /^pipeline\.yaml:\d+:\d+: /);
    assert.match(first!, says);
    assert.match(excerpt!, /^ +\d+ \| /);
    assert.match(carets!, /^ +\| +\^+/);
    assert.doesNotMatch(stderr, /^ +at /m);
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

Deno.test("a lock with the marks of a merge conflict is shown with its place and exits with 3", async () => {
  await using project = await Project.create(study());
  await project.run("repro");
  const lock = await project.read("pipeline.lock");
  await project.write(
    "pipeline.lock",
    lock.replace("stages:\n", "<<<<<<< ours\nstages:\n=======\nstages:\n>>>>>>> theirs\n"),
  );
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 3);
  assert.equal(stdout, "");
  assert.match(stderr, /^pipeline\.lock:\d+:\d+: error: .*conflict/);
});
