import assert from "node:assert/strict";
import { Project } from "../rig.ts";

const PIPELINE = `stages:
  make:
    cmd: ./tool > out.txt
    tools: ["./tool --version"]
    deps: [in.txt]
    outs: [out.txt]
  other: {cmd: cp in.txt other.txt, deps: [in.txt], outs: [other.txt]}
`;

/** A program that tells a version. */
async function install(project: Project, version: string): Promise<void> {
  await project.write(
    "tool",
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "tool ${version}" >&2; else echo ran; fi\n`,
  );
  Deno.chmodSync(project.path("tool"), 0o755);
}

Deno.test("what a stage's tools print is part of its fingerprint", async (test) => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "in.txt": "x" });
  await install(project, "1.0");
  assert.equal((await project.run("repro")).code, 0);
  assert.match(await project.read("pipeline.lock"), /^ {4}tools:\n {6}\.\/tool --version: tool 1\.0$/m);

  await test.step("the same version runs nothing", async () => {
    assert.deepEqual((await project.run("repro")).ran, []);
  });

  await test.step("another version runs the stage that names the tool, alone, and says why", async () => {
    await install(project, "2.0");
    const status = await project.run("status");
    assert.match(status.stdout, /^make would run\n {2}the tool `\.\/tool --version`: tool 1\.0 -> tool 2\.0$/m);
    assert.deepEqual((await project.run("repro")).ran, ["make"]);
  });

  await test.step("the version before is restored", async () => {
    await install(project, "1.0");
    const { ran, restored } = await project.run("repro");
    assert.deepEqual([ran, restored], [[], ["make"]]);
  });

  await test.step("explain shows it", async () => {
    assert.match((await project.run("explain", "make")).stdout, /^ {4}tool \.\/tool --version +tool 1\.0$/m);
  });

  await test.step("a tool that is not there is an error at its stage, and nothing is started", async () => {
    await project.remove("tool");
    const { code, stdout, stderr } = await project.run("repro", "--force");
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(
      stderr,
      /^pipeline\.yaml:2:3: error: make asks for a tool that is not there: `\.\/tool --version` ended with exit code 127$/m,
    );
  });
});

Deno.test("tools belong to cmd, and are no key of a dvc.yaml", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages: {a: {run: a.ts, tools: [x]}}`,
    "a.ts": "",
    "sub/dvc.yaml": `stages: {a: {cmd: x, tools: [x]}}`,
  });
  assert.match((await project.run("status")).stderr, /tools needs cmd/);
  assert.match((await project.run("status", "--file", "sub/dvc.yaml")).stderr, /tools is no key of a dvc\.yaml/);
});
