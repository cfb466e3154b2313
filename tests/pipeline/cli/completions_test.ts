import assert from "node:assert/strict";
import { completionScript, SHELLS } from "../../../lib/pipeline/commands/completion_script.ts";
import { CLI, CONFIGURATION, Project } from "../rig.ts";

const PIPELINE = `stages:
  fetch: {cmd: echo x > data.txt, outs: [data.txt]}
  train:
    foreach: [2, 8]
    do: {cmd: "echo x > out-\${item}.txt", deps: [data.txt], outs: ["out-\${item}.txt"]}
`;
const FILES = { "pipeline.yaml": PIPELINE, "sub/pipeline.yaml": "stages: {trace: {cmd: x}}\n" };

Deno.test("complete proposes commands, flags, values, stages and groups, also of a pipeline that is named before", async () => {
  await using project = await Project.create(FILES);
  const proposed = async (...words: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await project.run("complete", "--", ...words);
    assert.equal(code, 0, stderr);
    return stdout.split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0]!);
  };
  assert.deepEqual(await proposed("stat"), ["status"]);
  assert.deepEqual(await proposed("comp"), ["completions"], "complete itself is for shells alone");
  assert.deepEqual(await proposed("repro", "tr"), ["train", "train@2", "train@8"]);
  assert.deepEqual(await proposed("explain", "train@"), ["train@2", "train@8"]);
  assert.deepEqual(await proposed("status", "sub", "tr"), ["trace"]);
  assert.deepEqual(await proposed("status", "--file", "sub/pipeline.yaml", "tr"), ["trace"]);
  assert.deepEqual(await proposed("repro", "--keep"), ["--keep-going"]);
  assert.deepEqual(await proposed("completions", "z"), ["zsh"]);
  await project.write("pipeline.yaml", "stages: [");
  assert.deepEqual(await proposed("repro", "tr"), [], "a broken pipeline has no stages");
});

/** How each shell is made to complete `pipeline repro train@` without a terminal, a candidate a line. */
const TRIALS: Readonly<Record<typeof SHELLS[number], string>> = {
  bash: `COMP_LINE='pipeline repro train@'; COMP_POINT=\${#COMP_LINE}
_pipeline_complete
printf '%s\\n' "\${COMPREPLY[@]}"`,
  zsh: `compadd() { print -l -- $values; }
_files() { :; }
words=(pipeline repro train@); CURRENT=3
_pipeline_complete`,
  fish: `complete -C 'pipeline repro train@'`,
};

for (const shell of SHELLS) {
  const name = `the script for ${shell} has it complete the names of stages`;
  const ignore = Deno.env.get("CI") === undefined && !isInstalled(shell);
  if (ignore) {
    console.log(`${name}: skipped, since there is no ${shell}: the system's packages have it (apt install ${shell})`);
  }
  Deno.test({
    name,
    ignore,
    async fn() {
      await using project = await Project.create(FILES);
      const { stdout: script } = await project.run("completions", shell);
      assert.equal(script, completionScript(shell, "pipeline"));
      const run = [Deno.execPath(), "run", "-A", "--config", CONFIGURATION, CLI].join(" ");
      const program = shell === "fish"
        ? `function pipeline; ${run} $argv; end`
        : `${shell === "zsh" ? "compdef() { :; }\n" : ""}pipeline() { ${run} "$@"; }`;
      await project.write("trial", `${program}\n${script}\n${TRIALS[shell]}\n`);
      const { stdout, stderr } = await project.type(`${shell} trial`).finish();
      const found = stdout.trim().split("\n").map((line) => line.split("\t")[0]);
      // Bash has what stands before the @ already.
      assert.deepEqual(found.toSorted(), shell === "bash" ? ["2", "8"] : ["train@2", "train@8"], stderr);
    },
  });
}

Deno.test("completions of an unknown shell is wrong usage", async () => {
  await using project = await Project.create();
  const { code, stderr } = await project.run("completions", "csh");
  assert.equal(code, 2);
  assert.match(stderr, /"csh" is none of bash, zsh, fish/);
});

function isInstalled(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["-c", "true"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
