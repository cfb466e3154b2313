import assert from "node:assert/strict";
import { Project, type Running } from "../rig.ts";
import { study } from "./study.ts";

const PIPELINE = `stages:
  copy: {cmd: cp in.txt copy.txt, deps: [in.txt], outs: [copy.txt]}
  join: {cmd: cat data/*.csv > data/joined.txt, deps: [{glob: data/*.csv}], outs: [data/joined.txt]}
`;

/** Rounds that have ended so far. */
function rounds({ output }: Running): number {
  return output.match(/^watching /gm)?.length ?? 0;
}

/** Waits until so many rounds have ended. */
async function after(watch: Running, count: number): Promise<void> {
  await watch.says(new RegExp(`(?:^watching [^]*?){${count}}`, "m"));
}

async function ended(watch: Running): Promise<void> {
  watch.kill("SIGINT");
  assert.equal((await watch.finish()).signal, "SIGINT");
}

Deno.test("watch runs what an edit makes stale, once for edits that come together, and nothing for its own outs", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "in.txt": "1", "data/a.csv": "a\n" });
  const watch = project.start("watch");
  await after(watch, 1);
  assert.match(watch.output, /^2 ran in [^]*^watching 2 files and 1 folder; Ctrl-C ends$/m);

  for (const text of ["2", "3", "4"]) await project.write("in.txt", text);
  await after(watch, 2);
  assert.match(watch.output, /^in\.txt changed\ncopy runs: in\.txt changed\ncopy finished .*\n1 ran, 1 unchanged in /m);
  assert.equal(await project.read("copy.txt"), "4");

  await project.write("data/b.csv", "b\n");
  await after(watch, 3);
  assert.match(watch.output, /^data\/b\.csv changed\njoin runs: dep data\/b\.csv is new$/m);
  await project.write("elsewhere.txt", "x");
  await project.write("in.txt", "5");
  await after(watch, 4);
  assert.equal(rounds(watch), 4, "neither outs nor other files begin a round");
  assert.equal(await project.read("copy.txt"), "5");
  await ended(watch);
});

Deno.test("watch takes up an edit that comes while a stage runs, and goes on after mistakes", async () => {
  await using project = await Project.create({ "in.txt": "1" });
  const command = project.command();
  const pipeline = `stages: {slow: {cmd: "${command.line}; cp in.txt out.txt", deps: [in.txt], outs: [out.txt]}}\n`;
  await project.write("pipeline.yaml", pipeline);
  const watch = project.start("watch");
  const first = await command.next();
  await project.write("in.txt", "2");
  await first.exit(0);
  const second = await command.next();
  await second.exit(0);
  await after(watch, 2);
  assert.match(watch.output, /in\.txt changed while slow ran/);
  assert.equal(await project.read("out.txt"), "2");

  await project.write("pipeline.yaml", "stages: [");
  await after(watch, 3);
  await project.write("pipeline.yaml", pipeline.replace("stages:", "# right\nstages:"));
  await after(watch, 4);
  assert.match(watch.output, /^pipeline\.yaml changed\n1 unchanged in /m);
  await ended(watch);
});

Deno.test("watch follows the code of modules, also to what they newly import", async () => {
  await using project = await Project.create(study());
  const watch = project.start("watch", "draw");
  await after(watch, 1);
  await project.edit("lib/frame.ts", `"figure"`, `"Figure"`);
  await after(watch, 2);
  assert.match(watch.output, /^draw runs: lib\/frame\.ts changed$/m);
  await project.write("lib/more.ts", "export const more = 1;\n");
  await project.edit("lib/frame.ts", `export const frame`, `import { more } from "./more.ts";\nexport const frame`);
  await project.edit("lib/frame.ts", `"Figure"`, `"Figure" + more`);
  await after(watch, 3);
  await project.write("lib/more.ts", "export const more = 2;\n");
  await after(watch, 4);
  assert.equal(await project.read("outputs/figures/1.txt"), "Figure2: hello\nhello\n");
  await ended(watch);
});

Deno.test("watch of a pipeline that cannot be read, or of an unknown stage, ends at once", async () => {
  await using project = await Project.create({ "pipeline.yaml": PIPELINE, "in.txt": "1", "data/a.csv": "a\n" });
  assert.equal((await project.run("watch", "cpoy")).code, 2);
  await project.write("pipeline.yaml", "stages: [");
  assert.equal((await project.run("watch")).code, 3);
});
