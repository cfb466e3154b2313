/**
 * Projects whose stage fails at run time once a file is edited, and what has to be said and kept then: for tests of what a
 * person meets.
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Finished, Project } from "../pipeline/rig.ts";
import { moduleText } from "../pipeline/support/module_text.ts";

/** A project in which `make`, between `copy` and `use`, copies `mood.txt` unless that is `bad`. */
export async function moody(make: string, files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const project = await Project.create({
    ...files,
    "mood.txt": "good\n",
    "pipeline.yaml": `stages:
  copy: {cmd: cp mood.txt copy.txt, deps: [mood.txt], outs: [copy.txt]}
  make:
    ${make}
    deps: {mood: copy.txt}
    outs: {out: out/made.txt}
  use: {cmd: cp out/made.txt used.txt, deps: [out/made.txt], outs: [used.txt]}
`,
  });
  const { code, stdout, stderr } = await project.run("repro");
  assert.equal(code, 0, stdout + stderr);
  return project;
}

/** A module that does something where the mood is bad, and else copies it. */
export function moodyModule(bad: string): Record<string, string> {
  const body = `
    const mood = Deno.readTextFileSync(deps.mood);
    console.log("the mood is " + mood.trim());
    if (mood === "bad\\n") { ${bad} }
    Deno.writeTextFileSync(outs.out, mood);`;
  return { "make.ts": moduleText({ deps: ["mood"], outs: ["out"], body }) };
}

/** What has to be said of a failure. */
export interface Expected {
  /** The stage that fails. */
  readonly stage: string;
  /** What the error says, from the stage's name on. */
  readonly cause: RegExp;
  /** What to do. */
  readonly hint?: RegExp;
  /** The last lines of the stage's log. */
  readonly log?: readonly string[];
}

/**
 * Runs a project that fails: checks what is said, that outs and lock stay as they are, and that the command which is told
 * runs the stage alone, and fails as well.
 *
 * @param outs the outs that were there before
 * @param env more environment variables
 * @returns that command
 */
export async function failing(
  project: Project,
  outs: readonly string[],
  expected: Expected,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const before = contents(project, outs);
  const first = await project.startIn(".", env, "repro").finish();
  const command = said(first, expected);
  assert.deepEqual(contents(project, outs), before);
  const again = await project.type(command, env).finish();
  assert.equal(said(again, expected), command);
  assert.deepEqual(again.stdout.match(/^\S+(?= runs: )/gm), [expected.stage]);
  assert.deepEqual(contents(project, outs), before);
  return command;
}

/** Types a command that has to bring one stage up to date. */
export async function mended(project: Project, command: string, stage: string): Promise<void> {
  const { code, stdout, stderr, ran, restored } = await project.type(command).finish();
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual([...ran, ...restored], [stage]);
}

/** Checks what a run says of a failure. Returns the command that it tells. */
export function said({ code, stdout, stderr }: Finished, { stage, cause, hint, log }: Expected): string {
  assert.equal(code, 1, stdout + stderr);
  assert.match(stdout, new RegExp(`^${stage} failed after `, "m"));
  const message = new RegExp(`^  pipeline\\.yaml:\\d+:\\d+: error: ${stage} (.*)$`, "m").exec(stdout)?.[1];
  assert.match(message ?? stdout, cause);
  if (hint !== undefined) assert.match(stdout, hint);
  if (log !== undefined) {
    const lines = ["    hint: The last lines of its log:", ...log.map((line) => `      ${line}`)].join("\n");
    assert.ok(stdout.includes(`${lines}\n    hint: `), stdout);
  }
  const command = new RegExp(`^    hint: Run it alone: (.* repro --single-item ${stage})$`, "m").exec(stdout)?.[1];
  assert.ok(command, stdout);
  return command;
}

/** The bytes of outs and of the lock, by path. */
function contents(project: Project, outs: readonly string[]): Record<string, string> {
  const files = [...outs, "pipeline.lock"].flatMap((path) =>
    statSync(project.path(path)).isFile()
      ? [path]
      : readdirSync(project.path(path), { recursive: true }).map((name) => join(path, String(name)))
        .filter((name) => statSync(project.path(name)).isFile())
  );
  return Object.fromEntries(files.map((path) => [path, readFileSync(project.path(path), "latin1")]));
}
