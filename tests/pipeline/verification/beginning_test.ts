import assert from "node:assert/strict";
import { parseBeginning } from "../../../lib/pipeline/verification/beginning.ts";
import { Float } from "../../../lib/pipeline/value.ts";
import { Project } from "../rig.ts";

const STAGE_MODULE = new URL("../../../lib/pipeline/stage/mod.ts", import.meta.url).href;

/** `start` -> `train`: a module that writes a row an epoch, each of which follows from the one before. */
const FILES = {
  "deno.json": JSON.stringify({ imports: { "zod": "npm:zod@4.6.7", "stage": STAGE_MODULE } }),
  "pipeline.yaml": `stages:
  start: {cmd: echo 0.5 > start.txt, outs: [start.txt]}
  train:
    run: train.ts
    with: {epochs: 6}
    deps: {start: start.txt}
    outs: {history: history.csv, weights: weights.txt}
    verify: {columns: {loss: {relative: 1e-6}}}
`,
  "train.ts": `import { stage } from "stage";
import { z } from "zod";

export default stage({
  parameters: z.strictObject({ epochs: z.int() }),
  deps: ["start"],
  outs: ["history", "weights"],
  async run({ with: { epochs }, deps, outs }) {
    let loss = Number(await Deno.readTextFile(deps.start));
    const rows = ["epoch,schedule,loss,at_end"];
    for (let epoch = 1; epoch <= epochs; epoch++) {
      loss = Math.sqrt(loss) / 2;
      rows.push([epoch, "of " + epochs, loss, epoch === epochs ? 1 : ""].join(","));
    }
    await Deno.writeTextFile(outs.history, rows.join("\\n") + "\\n");
    await Deno.writeTextFile(outs.weights, String(loss));
  },
});
`,
} as const;

Deno.test("verify --beginning runs a stage with another value, and compares the first rows of its tables", async (test) => {
  await using project = await Project.create(FILES);
  assert.equal((await project.run("repro")).code, 0);
  const lock = await project.read("pipeline.lock");
  const history = await project.read("history.csv");

  await test.step("they come out again; texts, and what is only known at the end, are not compared", async () => {
    const { code, stdout, stderr, ran } = await project.run("verify", "--beginning", "epochs=2", "train");
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(ran, ["start", "train"]);
    assert.match(stdout, /^history\.csv: its first 2 rows compared$/m);
    assert.match(stdout, /, 0 differences$/m);
    assert.equal(await project.read("history.csv"), history);
    assert.equal(await project.read("pipeline.lock"), lock);
  });

  await test.step("a number of theirs that is another is found, and told by row and column", async () => {
    await project.write(
      "history.csv",
      history.replace(/^(2,of 6,0\.)(\d)/m, (_, head, digit) => `${head}${9 - digit}`),
    );
    const { code, stdout } = await project.run("verify", "--beginning", "epochs=3", "train");
    assert.equal(code, 1);
    assert.match(
      stdout,
      /^history\.csv does not come out again\n {2}row 2, column loss: 0\.\d+ here, 0\.\d+ re-executed/m,
    );
    assert.match(stdout, /, 1 difference$/m);
  });

  await test.step("a later one is not", async () => {
    await project.write(
      "history.csv",
      history.replace(/^(5,of 6,0\.)(\d)/m, (_, head, digit) => `${head}${9 - digit}`),
    );
    const { stdout } = await project.run("verify", "--beginning", "epochs=3", "train");
    assert.match(stdout, /, 0 differences$/m);
    await project.write("history.csv", history);
  });

  await test.step("what goes on beyond the committed table is no beginning of it", async () => {
    const { code, stdout } = await project.run("verify", "--beginning", "epochs=8", "train");
    assert.equal(code, 1);
    assert.match(stdout, /the number of rows: 6 here, 8 re-executed/);
  });

  await test.step("it needs a stage, and a value that the stage has", async () => {
    const none = await project.run("verify", "--beginning", "epochs=2");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /--beginning needs the stages that it is about/);
    const other = await project.run("verify", "--beginning", "epoch=2", "train");
    assert.equal(other.code, 3);
    assert.match(other.stderr, /with\.epoch is not a parameter[^]*Did you mean epochs\?/);
    assert.equal((await project.run("verify", "--beginning", "epochs", "train")).code, 2);
  });
});

Deno.test("parseBeginning() keeps ints, floats and texts apart", () => {
  assert.deepEqual(parseBeginning("epochs=3"), { key: "epochs", value: 3 });
  assert.deepEqual(parseBeginning("share=0.5"), { key: "share", value: new Float(0.5) });
  assert.deepEqual(parseBeginning("until=50%"), { key: "until", value: "50%" });
  for (const wrong of ["", "epochs", "epochs=", "=3", "a b=3"]) assert.throws(() => parseBeginning(wrong), /epochs=3/);
});
