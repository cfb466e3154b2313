import assert from "node:assert/strict";
import { Project } from "../rig.ts";

/** Long enough for three processes to have started by its half, on a busy machine too. */
const budget = "16s";

Deno.test("at the end of the time budget nothing more starts, and the command that is told goes on", async () => {
  await using project = await Project.create();
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages:
  first: {cmd: cp pipeline.yaml first.txt, deps: [pipeline.yaml], outs: [first.txt]}
  second: {cmd: ${command.line}, deps: [first.txt], outs: [second.txt]}
  third: {cmd: cp second.txt third.txt, deps: [second.txt], outs: [third.txt]}
`,
  );
  const running = project.start("repro", "--time-budget", budget, "third");
  const invocation = await command.next();
  await invocation.write("second.txt", "half");
  await invocation.gone();
  const { code, stdout } = await running.finish();
  assert.equal(code, 5);
  assert.match(stdout, /^\d.* s are left of the time budget: the running stages are asked to end, and nothing more /m);
  assert.match(stdout, /^second cancelled$/m);
  assert.match(
    stdout,
    /^The time budget of 16s is over; finished: first; will run anew: second; not started: third$/m,
  );
  assert.equal(await project.exists("second.txt"), false);

  const again = /^Go on: (deno .* repro --time-budget 16s third)$/m.exec(stdout)?.[1];
  assert.ok(again, stdout);
  const going = project.type(again);
  const other = await command.next();
  await other.write("second.txt", "whole");
  await other.exit(0);
  const end = await going.finish();
  assert.equal(end.code, 0, end.stdout + end.stderr);
  assert.deepEqual(end.ran, ["second", "third"]);
  assert.equal(await project.read("third.txt"), "whole");
});

Deno.test("at the end of the time budget a stage that failed before decides the exit code", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  broken: {cmd: exit 7, outs: [broken.txt]}
  endless: {cmd: sleep 600, outs: [endless.txt]}
`,
  });
  const { code, stdout } = await project.run("repro", "--jobs", "2", "--time-budget", "6s");
  assert.equal(code, 1);
  assert.match(stdout, /^The time budget of 6s is over; nothing more was finished; failed: broken; .*endless$/m);
});

Deno.test("a time budget that suffices changes nothing, and what fails within it exits with 1", async () => {
  await using project = await Project.create({
    "pipeline.yaml": "stages: {copy: {cmd: cp in.txt out.txt, outs: [out.txt]}}\n",
  });
  const failed = await project.run("repro", "--time-budget", "30d");
  assert.equal(failed.code, 1);
  await project.write("in.txt", "in");
  const { code, stdout } = await project.run("repro", "--time-budget", "30d");
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /budget/);
});

Deno.test("a time budget that is over while waiting for another repro says that nothing was done", async () => {
  await using project = await Project.create();
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages: {only: {cmd: "${command.line}", deps: [pipeline.yaml], outs: [out.txt]}}`,
  );
  const first = project.start("repro");
  const invocation = await command.next();
  const { code, stdout } = await project.run("repro", "--time-budget", "0.1s");
  assert.equal(code, 5);
  assert.match(stdout, /^The time budget of 0\.1s is over; nothing more was finished$/m);
  await invocation.write("out.txt", "done");
  await invocation.exit(0);
  assert.equal((await first.finish()).code, 0);
});
