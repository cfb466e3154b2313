import assert from "node:assert/strict";
import { CLI, CONFIGURATION, Project } from "../rig.ts";

Deno.test("a stage that fails keeps its previous out, skips what is downstream and exits with 1", async () => {
  await using project = await Project.create({
    "in.txt": "good",
    "pipeline.yaml": `stages:
  check:
    cmd: grep good in.txt > out.txt
    deps: [in.txt]
    outs: [out.txt]
  copy:
    cmd: cp out.txt copy.txt
    deps: [out.txt]
    outs: [copy.txt]
  beside:
    cmd: cp in.txt beside.txt
    deps: [in.txt]
    outs: [beside.txt]
`,
  });
  assert.equal((await project.run("repro")).code, 0);
  const lock = await project.read("pipeline.lock");
  await project.write("in.txt", "bad");
  const { code, stdout } = await project.run("repro", "check", "copy");
  assert.equal(code, 1);
  assert.match(stdout, /^check failed after /m);
  assert.match(
    stdout,
    /pipeline\.yaml:2:3: error: check failed: `grep good in\.txt > out\.txt` ended with exit code 1/,
  );
  assert.match(stdout, /hint: Run it alone: deno .* --single-item check$/m);
  assert.match(stdout, /^copy skipped, since check failed$/m);
  assert.match(stdout, /^1 failed, 1 skipped in /m);
  assert.equal(await project.read("out.txt"), "good\n");
  assert.equal(await project.read("pipeline.lock"), lock);

  const kept = await project.run("repro", "--keep-going");
  assert.equal(kept.code, 1);
  assert.deepEqual(kept.ran, ["beside"]);
});

Deno.test("repro heals after the engine is killed in the middle of a run", async () => {
  await using project = await Project.create({ "in.txt": "1" });
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages:
  first:
    cmd: cp in.txt first.txt
    deps: [in.txt]
    outs: [first.txt]
  second:
    cmd: ${command.line}
    deps: [first.txt]
    outs: [second.txt]
`,
  );
  const running = project.start("repro");
  const before = await command.next();
  await before.write("second.txt", "whole 1");
  await before.exit(0);
  assert.equal((await running.finish()).code, 0);

  await project.write("in.txt", "2");
  const killed = project.start("repro");
  const invocation = await command.next();
  await invocation.write("second.txt", "half");
  killed.kill("SIGKILL");
  assert.equal((await killed.finish()).signal, "SIGKILL");

  const healing = project.start("repro");
  const again = await command.next();
  await invocation.gone();
  await again.write("second.txt", "whole 2");
  await again.exit(0);
  const { code, ran, stdout } = await healing.finish();
  assert.equal(code, 0);
  assert.match(stdout, /^warning: second was running when a run was killed; its outs are back as they were$/m);
  assert.deepEqual(ran, ["second"]);
  assert.equal(await project.read("second.txt"), "whole 2");

  await project.write("in.txt", "1");
  const { ran: none, restored } = await project.run("repro");
  assert.deepEqual([none, restored], [[], ["first", "second"]]);
  assert.equal(await project.read("second.txt"), "whole 1");
});

Deno.test("repro waits for another one, says for which, and then finds everything done", async () => {
  await using project = await Project.create();
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages: {only: {cmd: "${command.line}", deps: [pipeline.yaml], outs: [out.txt]}}`,
  );
  const first = project.start("repro");
  const invocation = await command.next();
  const second = project.start("repro");
  await second.says(
    new RegExp(
      `^waits for process ${first.pid}, which has been running since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$`,
      "m",
    ),
  );
  await invocation.write("out.txt", "done");
  await invocation.exit(0);
  assert.deepEqual((await first.finish()).ran, ["only"]);
  const { code, stdout } = await second.finish();
  assert.equal(code, 0);
  assert.match(stdout, /^1 unchanged in /m);
});

for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends the stages that run, keeps what is finished and exits with ${expected}`, async () => {
    await using project = await Project.create();
    const command = project.command();
    await project.write(
      "pipeline.yaml",
      `stages:
  first:
    cmd: cp pipeline.yaml first.txt
    deps: [pipeline.yaml]
    outs: [first.txt]
  second:
    cmd: ${command.line}
    deps: [first.txt]
    outs: [second.txt]
  third:
    cmd: cp second.txt third.txt
    deps: [second.txt]
    outs: [third.txt]
`,
    );
    const running = project.start("repro");
    const invocation = await command.next();
    await invocation.write("second.txt", "half");
    running.kill(signal);
    await invocation.gone();
    const { code, stdout } = await running.finish();
    assert.equal(code, expected);
    assert.match(stdout, /^interrupted: /m);
    assert.match(stdout, /^second cancelled$/m);
    assert.match(stdout, /^1 cancelled, 1 not started, 1 ran in /m);
    assert.equal(await project.exists("second.txt"), false);
    assert.match((await project.run("status")).stdout, /^Of 3 stages, 2 would run$/m);
  });
}

Deno.test("a second Ctrl-C kills a stage that does not end when asked", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  stubborn:
    cmd: trap '' TERM; echo deaf; while true; do sleep 0.1; done
    deps: [pipeline.yaml]
    outs: [out.txt]
`,
  });
  const running = project.start("repro");
  await running.says(/deaf/);
  running.kill("SIGINT");
  await running.says(/interrupted/);
  running.kill("SIGINT");
  assert.equal((await running.finish()).code, 130);
});

Deno.test("Ctrl-C while a module is being imported exits with 130", async () => {
  await using project = await Project.create({
    "pipeline.yaml": "stages: {slow: {run: slow.ts, outs: {out: out.txt}}}\n",
    "slow.ts": "await new Promise((proceed) => setTimeout(proceed, 600_000));\n",
  });
  const running = project.start("repro");
  while (!await project.exists(".pipeline/writer.lock") || await project.read(".pipeline/writer.lock") === "") {
    await new Promise((proceed) => setTimeout(proceed, 20));
  }
  running.kill("SIGINT");
  assert.equal((await running.finish()).code, 130);
});

Deno.test("a failure of the machine is one line, without a stack trace, and exits with 4", async () => {
  await using project = await Project.create({
    "pipeline.yaml": "stages: {copy: {cmd: cp pipeline.yaml out.txt, deps: [pipeline.yaml], outs: [out.txt]}}\n",
    ".pipeline": "not a folder",
  });
  const { code, stdout, stderr } = await project.run("repro");
  assert.deepEqual([code, stdout], [4, ""]);
  assert.match(stderr, /^error: .*\.pipeline.*\n$/);
});

Deno.test("a reader that closes the pipe does not end the run", async () => {
  await using project = await Project.create({
    "pipeline.yaml": "stages: {copy: {cmd: cp pipeline.yaml out.txt, deps: [pipeline.yaml], outs: [out.txt]}}\n",
  });
  const { code } = await new Deno.Command("/bin/sh", {
    args: ["-c", `{ ${Deno.execPath()} run -A --config ${CONFIGURATION} ${CLI} repro; echo $? > code; } | true`],
    cwd: project.folder,
    stderr: "null",
  }).output();
  assert.equal(code, 0);
  assert.equal(await project.read("code"), "0\n");
  assert.equal(await project.exists("out.txt"), true);
});

Deno.test("Ctrl-C while waiting for another repro exits with 130", async () => {
  await using project = await Project.create();
  const command = project.command();
  await project.write(
    "pipeline.yaml",
    `stages: {only: {cmd: "${command.line}", deps: [pipeline.yaml], outs: [out.txt]}}`,
  );
  const first = project.start("repro");
  const invocation = await command.next();
  const second = project.start("repro");
  await second.says(/waits for process/);
  second.kill("SIGINT");
  assert.equal((await second.finish()).code, 130);
  await invocation.write("out.txt", "done");
  await invocation.exit(0);
  assert.equal((await first.finish()).code, 0);
});
