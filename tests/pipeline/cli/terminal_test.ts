import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Screen } from "../display/screen.ts";
import { CLI, CONFIGURATION, Project } from "../rig.ts";

/** Whether util-linux's `script`, which runs a command in a pseudo-terminal, is there and is the one whose flags we use. */
async function hasScript(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("script", { args: ["--version"], stderr: "null" }).output();
    return new TextDecoder().decode(stdout).includes("util-linux");
  } catch {
    return false;
  }
}

/** What begins a busy stage's name. */
const CYAN = "\x1b[36m";

// Continuous integration installs it, so that a skip there would be a fault.
const ignore = Deno.env.get("CI") === undefined && !await hasScript();
if (ignore) {
  console.log("The tests in a pseudo-terminal are skipped: they need `script` of util-linux (Debian: bsdutils)");
}

async function inTerminal(
  project: Project,
  columns: number,
  env: Record<string, string>,
  inputs: string,
  typed = "",
): Promise<string> {
  const inherited = "NO_COLOR" in env ? "" : "unset NO_COLOR; ";
  const command =
    `${inherited}stty cols ${columns} rows 24; ${Deno.execPath()} run --quiet -A --config ${CONFIGURATION} ${CLI} ${inputs}`;
  const child = new Deno.Command("script", {
    args: ["-qec", command, "/dev/null"],
    cwd: project.folder,
    env: { SHELL: "/bin/sh", TERM: "xterm", ...env },
    // An end of input would show on the terminal, too.
    stdin: typed === "" ? "null" : "piped",
    stdout: "piped",
  }).spawn();
  if (typed !== "") {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(typed));
    await writer.close();
  }
  const { code, stdout } = await child.output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, text);
  return text;
}

const PIPELINE = `stages:
  a-stage-with-a-long-name:
    cmd: echo ${"long ".repeat(30)}; sleep 0.4; cp in.txt a.txt
    deps: [in.txt]
    outs: [a.txt]
`;

Deno.test({
  name: "on a terminal a running stage has a line of its own, no line is broken, and the cursor comes back",
  ignore,
  async fn() {
    await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": PIPELINE });
    const text = await inTerminal(project, 40, {}, "repro");
    assert.match(stripVTControlCharacters(text), /a-stage-with-a-long-name running for 0…/);
    assert.ok(text.includes(CYAN));
    const screen = new Screen(40);
    screen.write(text);
    assert.deepEqual(screen.broken, []);
    assert.equal(screen.cursor, true);
    assert.equal(screen.lines.some((line) => line.includes("running for")), false);
    assert.match(screen.lines.at(-1)!, /^1 ran in \d\.\d s$/);
  },
});

Deno.test({
  name: "on a terminal NO_COLOR leaves out colours, and a dumb terminal gets plain lines",
  ignore,
  async fn() {
    await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": PIPELINE });
    const plain = await inTerminal(project, 80, { NO_COLOR: "1" }, "repro");
    assert.ok(!plain.includes(CYAN));
    assert.match(plain, /running for 0\.\d s/);
    const dumb = await inTerminal(project, 80, { TERM: "dumb" }, "repro --force");
    assert.equal(dumb, stripVTControlCharacters(dumb));
    assert.doesNotMatch(dumb, /running for/);
  },
});

Deno.test({
  name: "on a terminal repro --interactive asks before each stage that has to run, and runs those that are agreed to",
  ignore,
  async fn() {
    const pipeline = `stages:
  a: {cmd: cp in.txt a.txt, deps: [in.txt], outs: [a.txt]}
  b: {cmd: cp a.txt b.txt, deps: [a.txt], outs: [b.txt]}
`;
    await using project = await Project.create({ "in.txt": "x", "pipeline.yaml": pipeline });
    const text = await inTerminal(project, 80, {}, "repro --interactive", "y\ny\n");
    assert.match(text, /a is about to run\. Go on\? \[y\/N\]/);
    assert.match(text, /b is about to run\. Go on\? \[y\/N\]/);
    assert.equal(await Deno.readTextFile(project.path("b.txt")), "x");
    const again = await inTerminal(project, 80, {}, "repro --interactive", "");
    assert.doesNotMatch(again, /Go on/);
    await Deno.writeTextFile(project.path("in.txt"), "y");
    const refused = await inTerminal(project, 80, {}, "repro --interactive --ignore-errors a", "n\n");
    assert.match(stripVTControlCharacters(refused), /a does not run: nobody said yes/);
    assert.equal(await Deno.readTextFile(project.path("a.txt")), "x");
  },
});
