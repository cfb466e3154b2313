import assert from "node:assert/strict";
import { Project } from "../rig.ts";

/** Two stages that take little enough to run at once on any machine, and one that reads both. */
function pipeline(one: string, two: string): string {
  return `stages:
  one:
    cmd: ${one}
    deps: [in.txt]
    outs: [one.txt]
    resources: {cpus: 0.5}
  two:
    cmd: ${two}
    deps: [in.txt]
    outs: [two.txt]
    resources: {cpus: 0.5}
  both:
    cmd: cat one.txt two.txt > both.txt
    deps: [one.txt, two.txt]
    outs: [both.txt]
`;
}

Deno.test("stages that do not need each other run at once, and the lock has each as soon as it has ended", async () => {
  await using project = await Project.create({ "in.txt": "" });
  const [one, two] = [project.command(), project.command()];
  await project.write("pipeline.yaml", pipeline(one.line, two.line));
  const running = project.start("repro", "--jobs", "2");
  const [first, second] = await Promise.all([one.next(), two.next()]);
  await second.write("two.txt", "2");
  await second.exit(0);
  await running.says(/^two finished/m);
  assert.match(await project.read("pipeline.lock"), /^ {2}two:/m);
  assert.doesNotMatch(await project.read("pipeline.lock"), /^ {2}one:/m);
  await first.write("one.txt", "1");
  await first.exit(0);
  const { code, ran } = await running.finish();
  assert.deepEqual([code, ran], [0, ["two", "one", "both"]]);
  assert.equal(await project.read("both.txt"), "12");
});

Deno.test("a failure lets the stages that run come to their end and be kept", async () => {
  await using project = await Project.create({ "in.txt": "" });
  const [one, two] = [project.command(), project.command()];
  await project.write("pipeline.yaml", pipeline(one.line, two.line));
  const running = project.start("repro", "--jobs", "2");
  const [first, second] = await Promise.all([one.next(), two.next()]);
  await first.print("about to fail");
  await first.exit(7);
  await running.says(/^one failed/m);
  await second.write("two.txt", "2");
  await second.exit(0);
  const { code, ran, stdout } = await running.finish();
  assert.deepEqual([code, ran], [1, ["two"]]);
  assert.match(stdout, /ended with exit code 7/);
  assert.match(stdout, /^one \| about to fail$/m);
  assert.match(stdout, /^both skipped, since one failed$/m);
  assert.match(stdout, /^1 failed, 1 skipped, 1 ran in /m);
});

Deno.test("repro --jobs 1 runs one stage at a time", async () => {
  await using project = await Project.create({ "in.txt": "" });
  const [one, two] = [project.command(), project.command()];
  await project.write("pipeline.yaml", pipeline(one.line, two.line));
  const running = project.start("repro", "--jobs", "1");
  const first = await one.next();
  await first.write("one.txt", "1");
  assert.doesNotMatch(running.output, /two runs/);
  await first.exit(0);
  const second = await two.next();
  assert.match(running.output, /^one finished/m);
  await second.write("two.txt", "2");
  await second.exit(0);
  assert.deepEqual((await running.finish()).ran, ["one", "two", "both"]);
});

Deno.test("of a grid that never ran the last starts first, and other stages keep the order of the file", async () => {
  await using project = await Project.create({
    "pipeline.yaml": `stages:
  one: { cmd: echo > one.txt, outs: [one.txt] }
  two: { cmd: echo > two.txt, outs: [two.txt] }
  train:
    foreach: [2, 4, 8]
    do: { cmd: "echo > \${item}.txt", outs: ["\${item}.txt"] }
`,
  });
  const { code, ran } = await project.run("repro", "--jobs", "1");
  assert.equal(code, 0);
  assert.deepEqual(ran.filter((name) => name.startsWith("train")), ["train@8", "train@4", "train@2"]);
  assert.deepEqual(ran.filter((name) => !name.startsWith("train")), ["one", "two"]);
});
