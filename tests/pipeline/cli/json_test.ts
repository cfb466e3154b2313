import assert from "node:assert/strict";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { linesSchema } from "../../../lib/pipeline/json/schema.ts";
import { Project } from "../rig.ts";
import { study } from "./study.ts";

const PIPELINE = `stages:
  copy: {cmd: cp in.txt copy.txt, deps: [in.txt], outs: [copy.txt]}
  fail: {cmd: "echo no >&2; exit 3", deps: [copy.txt]}
`;

// deno-lint-ignore no-explicit-any
type Line = any;

/** The lines of an output, each of which has to fit the schema. */
function lines(text: string): Line[] {
  const ajv = new Ajv({ strict: false });
  (addFormats as unknown as (ajv: Ajv) => void)(ajv);
  const validate = ajv.compile(linesSchema() as Record<string, unknown>);
  return text.trimEnd().split("\n").map((line) => {
    const value = JSON.parse(line);
    assert.ok(validate(value), `${line}: ${JSON.stringify(validate.errors)}`);
    return value;
  });
}

Deno.test("repro --json writes an event a line", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "in.txt": "x" });
  const { code, stdout, stderr } = await project.run("repro", "--json");
  assert.deepEqual([code, stderr], [1, ""]);
  const events = lines(stdout);
  assert.deepEqual(
    events.map(({ kind, stage }) => stage === undefined ? kind : `${kind} ${stage}`),
    [
      "run started",
      "stage started copy",
      "stage finished copy",
      "stage started fail",
      "stage output fail",
      "stage failed fail",
      "run finished",
    ],
  );
  assert.deepEqual(events[1].reasons, [{ kind: "never run", text: "has not run yet" }]);
  assert.equal(events[4].text, "no");
  assert.match(events[5].diagnostics[0].message, /ended with exit code 3/);
  assert.deepEqual([events[5].diagnostics[0].file, events[5].diagnostics[0].line], ["pipeline.yaml", 3]);
  assert.equal(events[6].ok, false);
});

Deno.test("status --json and repro --dry --json say what would run, and why", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "in.txt": "x" });
  await project.run("repro", "copy");
  await project.write("in.txt", "y");
  const { code, stdout } = await project.run("status", "--json");
  assert.equal(code, 0);
  const [{ pipeline, stages }] = lines(stdout);
  assert.equal(pipeline, "pipeline.yaml");
  assert.deepEqual(stages.map(({ stage, state }: Line) => [stage, state]), [["copy", "stale"], ["fail", "waiting"]]);
  assert.deepEqual(stages[0].reasons, [
    { kind: "dep changed", path: "in.txt", change: "changed", text: "in.txt changed" },
  ]);
  assert.match(stages[0].fingerprint, /^[0-9a-f]{64}$/);
  assert.equal((await project.run("repro", "--dry", "--json")).stdout, stdout);
});

Deno.test("with --json, what is wrong with the pipeline file is a line, too", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE.replace("deps", "dpes"), "in.txt": "x" });
  for (const command of ["repro", "status"]) {
    const { code, stdout, stderr } = await project.run(command, "--json");
    assert.deepEqual([code, stderr], [3, ""]);
    const [{ kind, diagnostic }] = lines(stdout);
    assert.equal(kind, "diagnostic");
    assert.deepEqual(
      [diagnostic.severity, diagnostic.message, diagnostic.file, diagnostic.line],
      ["error", "Unknown key dpes", "pipeline.yaml", 2],
    );
    assert.equal(diagnostic.hints[0], "Did you mean deps?");
  }
});

Deno.test("explain shows what a fingerprint is made of, and what differs since the last run and a revision", async (test) => {
  await using project = await Project.create({ ...study(), ".gitignore": ".pipeline\noutputs\n" });
  const git = (...args: string[]) => project.type(`git -c user.name=a -c user.email=a@b ${args.join(" ")}`).finish();
  await git("init", "-q");
  await project.run("repro");
  await git("add", ".");
  await git("commit", "-qm", "first");
  await project.edit("pipeline.yaml", "times: 2", "times: 3");
  await project.run("repro");
  await project.edit("lib/frame.ts", `"figure"`, `"Figure 1"`);

  await test.step("for people", async () => {
    const { code, stdout, stderr } = await project.run("explain", "draw", "--since", "HEAD");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^draw would run\n {2}lib\/frame\.ts changed\n {2}since HEAD:\n/);
    assert.match(stdout, /since HEAD:\n {4}lib\/frame\.ts changed\n {4}outputs\/repeated\.txt changed\n/);
    assert.match(stdout, /^ {4}module lib\/frame\.ts +[0-9a-f]{12}$/m);
    assert.match(stdout, /^ {4}package zod@4\.6\.7 +by its version$/m);
    assert.match(stdout, /^ {4}dep outputs\/repeated\.txt +[0-9a-f]{12}, 18 B$/m);
  });

  await test.step("for programs", async () => {
    const { code, stdout } = await project.run("explain", "repeat", "draw", "--since", "HEAD", "--json");
    assert.equal(code, 0);
    const [repeat, draw] = lines(stdout);
    assert.deepEqual([repeat.stage, repeat.state, repeat.reasons], ["repeat", "unchanged", []]);
    assert.deepEqual(repeat.since.reasons, [
      { kind: "parameter changed", key: "with.times", from: 2, to: 3, text: "with.times: 2 -> 3" },
    ]);
    assert.deepEqual(repeat.parts.with, { times: 3 });
    assert.deepEqual(Object.keys(draw.parts.modules).includes("lib/frame.ts"), true);
  });

  await test.step("a revision that there is not, and no stage, are wrong usage", async () => {
    const { code, stderr } = await project.run("explain", "draw", "--since", "HEAD~9");
    assert.equal(code, 2);
    assert.match(stderr, /^error: git cannot read the revision: .*HEAD~9/);
    assert.equal((await project.run("explain")).code, 2);
  });
});
