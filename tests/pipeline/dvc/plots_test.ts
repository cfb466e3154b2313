import assert from "node:assert/strict";
import { join } from "node:path";
import { Project } from "../rig.ts";

const FILES = {
  ".dvc/config": "[core]\n    no_scm = true\n",
  "in.csv": "step,loss\n0,2\n1,</script>\n",
  "a b.svg": "<svg/>",
  "dvc.yaml": `plots: [a b.svg, no.csv]
stages:
  s: {cmd: cp in.csv p.csv, deps: [in.csv], plots: [{p.csv: {x: step, title: A title}}]}
`,
};

Deno.test("plots show draws what can be drawn on a page, and says what cannot", async () => {
  await using project = await Project.create(FILES);
  assert.equal((await project.run("repro")).code, 0);
  const { code, stdout, stderr } = await project.run("plots", "show");
  assert.equal(code, 0);
  assert.equal(stdout, `file://${join(project.folder, "dvc_plots/index.html")}\n`);
  assert.match(stderr, /^warning: no\.csv of workspace is not shown: no\.csv does not exist$/m);
  const page = await Deno.readTextFile(join(project.folder, "dvc_plots/index.html"));
  assert.equal(page.match(/<\/script>/g)?.length, 4, "data must not end the script that holds it");
  assert.match(page, /"text":"A title"/);
  assert.match(page, /<img src="static\/workspace_a%20b\.svg" alt="a b\.svg, workspace">/);
  assert.equal(await Deno.readTextFile(join(project.folder, "dvc_plots/static/workspace_a b.svg")), "<svg/>");
});

Deno.test("plots show --open opens the page in a browser, and ends with 1 where none does", async () => {
  await using project = await Project.create({
    ...FILES,
    "browser.sh": '#!/bin/sh\necho "$1" > opened.txt\ntest ! -e none\n',
  });
  assert.equal((await project.run("repro")).code, 0);
  await Deno.chmod(join(project.folder, "browser.sh"), 0o755);
  const env = { BROWSER: join(project.folder, "browser.sh") };
  const page = `file://${join(project.folder, "dvc_plots/index.html")}\n`;
  assert.equal((await project.startIn(".", env, "plots", "show", "--open").finish()).code, 0);
  assert.equal(await Deno.readTextFile(join(project.folder, "opened.txt")), page);
  await Deno.writeTextFile(join(project.folder, "none"), "");
  const { code, stdout, stderr } = await project.startIn(".", env, "plots", "show", "--open").finish();
  assert.equal(code, 1);
  assert.equal(stdout, page);
  assert.match(stderr, /No browser opened file:.*; open it by hand/);
  await Deno.remove(join(project.folder, "none"));
  await Deno.remove(join(project.folder, "opened.txt"));
  await Deno.writeTextFile(join(project.folder, ".dvc/config"), "[plots]\n    auto_open = true\n");
  assert.equal((await project.startIn(".", env, "plots", "show").finish()).code, 0);
  assert.equal(await Deno.readTextFile(join(project.folder, "opened.txt")), page);
});

Deno.test("an out that is not on disk is drawn out of the cache", async () => {
  await using project = await Project.create(FILES);
  assert.equal((await project.run("repro")).code, 0);
  const before = await project.run("plots", "show", "--show-vega", "p.csv");
  await Deno.remove(join(project.folder, "p.csv"));
  assert.deepEqual(await project.run("plots", "show", "--show-vega", "p.csv"), before);
  assert.equal(JSON.parse(before.stdout).data.values.length, 2);
});

Deno.test("what is asked wrongly of plots is said in a sentence", async () => {
  await using project = await Project.create(FILES);
  assert.equal((await project.run("repro")).code, 0);
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await project.run("plots", ...args);
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(await said("show", "-t", "scater"), /there is no template scater; did you mean scatter\?/);
  assert.match(await said("show", "--show-vega"), /--show-vega needs one target/);
  assert.match(await said("diff", "HEAD"), /git cannot read the revision/);
  await Deno.writeTextFile(join(project.folder, "page.html"), "<p>nothing</p>");
  assert.match(await said("show", "--html-template", "page.html"), /has no \{plot_divs\}/);
});

Deno.test("repro --pull says that there are no remotes, and runs nothing", async () => {
  await using project = await Project.create(FILES);
  const { code, stderr, ran } = await project.run("repro", "--pull");
  assert.equal(code, 2);
  assert.match(stderr, /--pull needs remotes/);
  assert.deepEqual(ran, []);
});
