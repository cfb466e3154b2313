import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import encodeJpeg from "@jsquash/jpeg/encode.js";
import { readDataset, writeDataset } from "../lib/datasets/dataset.ts";
import { readTable } from "../lib/formats/table.ts";
import { modelParameter } from "../lib/nn/model_parameter.ts";
import { modelOf } from "../lib/nn/snapshot.ts";
import { encodeStateDict } from "../lib/nn/state_dict.ts";
import { initialVariables } from "../lib/nn/variables.ts";
import { writeStudy } from "./figures/comparison/sample_studies.ts";
import { clusters } from "./nn/clusters.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** A fenced block that names the file it would stand in: "```yaml file=pipeline.yaml". */
interface Example {
  readonly language: string;
  readonly file: string;
  readonly text: string;
}

/** The named examples of a page. */
function examplesOf(page: string): Example[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/^```(\w+) file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, language, file, block]) => ({
    language: language!,
    file: file!,
    text: block!,
  }));
}

/** A file with the lines that a `diff` block adds, each after the line above it in the block. */
function withAdditions(text: string, block: string): string {
  let before = "";
  for (const line of block.trimEnd().split("\n")) {
    const content = line.slice(1);
    if (line.startsWith("+")) {
      assert.ok(text.includes(`${before}\n`), `no line: ${before}`);
      text = text.replace(`${before}\n`, () => `${before}\n${content}\n`);
    }
    before = content;
  }
  return text;
}

/** Writes a page's examples into a copy of the project that shares what an example does not touch. */
async function withExamples(page: string, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mindepth-docs-" });
  try {
    mkdirSync(join(folder, ".git"));
    for (const file of ["deno.json", "deno.lock", "pipeline.yaml"]) cpSync(join(ROOT, file), join(folder, file));
    for (const name of ["stages", "lib"]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    for (const { file, text, language } of examplesOf(page)) {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, language === "diff" ? withAdditions(readFileSync(path, "utf8"), text) : text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the engine on the examples. */
async function engine(folder: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(folder, "lib/pipeline/cli.ts"), ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("docs/stages.md: the stage it writes runs, and its parameters are checked", async () => {
  await withExamples("docs/stages.md", async (folder) => {
    writeFileSync(join(folder, "notes.txt"), "one\nthree three three three three three three three three three\n");
    const run = await engine(folder, "repro");
    assert.equal(run.code, 0, run.text);
    assert.equal(readFileSync(join(folder, "lengths.txt"), "utf8"), "3\n40\n0");
    const pipeline = readFileSync(join(folder, "pipeline.yaml"), "utf8");
    writeFileSync(join(folder, "pipeline.yaml"), pipeline.replace("longest", "longst"));
    const mistaken = await engine(folder, "repro");
    assert.equal(mistaken.code, 3, mistaken.text);
    assert.match(mistaken.text, /longest/);
  });
});

Deno.test("docs/models.md: the family it adds trains, and its parameters are checked", async () => {
  await withExamples("docs/models.md", async (folder) => {
    const parameters = { model: { kind: "quadratic", width: 3 }, optimizer: { lr: 0.01 }, epochs: 1, batch: 50 };
    await writeDataset(join(folder, "dataset"), clusters());
    const pipeline = (parameters: object) => {
      const train = {
        run: "stages/train.ts",
        with: parameters,
        deps: { dataset: "dataset" },
        outs: { snapshots: "snapshots", history: "history.csv" },
      };
      writeFileSync(join(folder, "pipeline.yaml"), JSON.stringify({ stages: { train } }));
    };
    pipeline(parameters);
    const run = await engine(folder, "repro");
    assert.equal(run.code, 0, run.text);
    assert.match(readFileSync(join(folder, "history.csv"), "utf8"), /^clusters,quadratic,1,3,0,0,("[^"]*"|[^,"]*),1,/m);
    pipeline({ ...parameters, model: { kind: "quadratic", widht: 3 } });
    const mistaken = await engine(folder, "repro");
    assert.equal(mistaken.code, 3, mistaken.text);
    assert.match(mistaken.text, /widht/);
  });
});

Deno.test("docs/compiler.md: the pass it adds passes its test, and is applied", async () => {
  await withExamples("docs/compiler.md", async (folder) => {
    cpSync(join(ROOT, "tests/compile/support"), join(folder, "tests/compile/support"), { recursive: true });
    const applied = `
      import assert from "node:assert/strict";
      import { unary } from "../../../lib/compile/graph/node.ts";
      import { optimise } from "../../../lib/compile/passes/optimise.ts";
      import { graphOf, input, linesOf } from "../support/graph.ts";
      Deno.test("optimise() applies it", () => {
        const graph = graphOf(unary("abs", unary("abs", input("x", [2]))));
        assert.deepEqual(linesOf(optimise(graph)).slice(1), ["%1 = abs(%0) float32[2]", "step 0 = %1"]);
      });`;
    writeFileSync(join(folder, "tests/compile/passes/applied_test.ts"), applied);
    const args = ["test", "-A", join(folder, "tests/compile/passes")];
    const options = { args, cwd: folder, env: { NO_COLOR: "1" } };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    assert.match(text, /3 passed/);
  });
});

Deno.test("docs/datasets.md: one's own images become a data set, and another pixel makes it stale", async () => {
  await withExamples("docs/datasets.md", async (folder) => {
    const study = join(folder, "studies/flowers");
    for (const [index, [split, name]] of [["train", "rose"], ["train", "tulip"], ["test", "rose"]].entries()) {
      const path = join(study, "flowers", split!, name!);
      mkdirSync(path, { recursive: true });
      const jpeg = await encodeJpeg(new ImageData(new Uint8ClampedArray(16 * 16 * 4).fill(40 * index + 20), 16, 16));
      writeFileSync(join(path, "1.jpg"), new Uint8Array(jpeg));
    }
    const fetched = async () => {
      const run = await engine(folder, "repro", "studies/flowers", "fetch");
      assert.equal(run.code, 0, run.text);
      return run.text;
    };
    assert.match(await fetched(), /test: no image of "tulip"/);
    const { name, classes, train, test } = await readDataset(join(study, "data/flowers"));
    assert.deepEqual([name, classes, train.count, test.count, train.shape], [
      "flowers",
      ["rose", "tulip"],
      2,
      1,
      [16, 16, 3],
    ]);
    assert.match(await fetched(), /1 unchanged/);
    cpSync(join(study, "flowers/train/rose/1.jpg"), join(study, "flowers/test/rose/1.jpg"));
    assert.match(await fetched(), /fetch@flowers runs: flowers changed/);
    assert.notDeepEqual((await readDataset(join(study, "data/flowers"))).test, test);
  });
});

Deno.test("docs/models.md: the study that exports and imports is valid", async () => {
  await withExamples("docs/models.md", async (folder) => {
    writeFileSync(join(folder, "studies/exchange/resnet.safetensors"), "");
    const run = await engine(folder, "repro", "--dry", "--file", "studies/exchange/pipeline.yaml", "export", "import");
    assert.equal(run.code, 0, run.text);
    for (const name of ["train@8", "export", "import"]) assert.match(run.text, new RegExp(`^${name} `, "m"));
  });
});

Deno.test("docs/models.md: a network that was trained elsewhere is measured and drawn", async () => {
  await withExamples("docs/models.md", async (folder) => {
    const network = {
      model: modelParameter.parse({ kind: "mlp", depth: 3, width: 64 }),
      input: [28, 28, 1],
      classes: 10,
    } as const;
    const weights = encodeStateDict(network, initialVariables(modelOf(network), 0));
    writeFileSync(join(folder, "studies/mine/mine.safetensors"), weights);
    const run = await engine(folder, "repro", "studies/mine");
    assert.equal(run.code, 0, run.text);
    const rows = await readTable(join(folder, "studies/mine/outputs/cdnv.csv"));
    assert.deepEqual(
      rows.map(({ epoch, layer, split, cdnv }) => `${epoch} ${layer} ${split} ${Number(cdnv) > 0}`),
      [1, 2, 3].flatMap((layer) => ["train", "test"].map((split) => `20 ${layer} ${split} true`)),
    );
    const figures = globSync("*.svg", { cwd: join(folder, "studies/mine/outputs/figures") });
    assert.deepEqual(figures.sort(), ["effective_depth.svg", "layers.svg", "separability.svg"]);
  });
});

Deno.test("docs/figures.md: the comparison it writes sets two studies side by side", async () => {
  await withExamples("docs/figures.md", async (folder) => {
    for (const study of ["outputs", "studies/narrow/outputs"]) {
      await writeStudy(join(folder, study), { depths: [2, 4], epochs: 2 });
    }
    const run = await engine(folder, "repro", "studies/mine-compared");
    assert.equal(run.code, 0, run.text);
    const rows = await readTable(join(folder, "studies/mine-compared/outputs/tables/differences.csv"));
    assert.deepEqual(
      rows.map(({ study, other_study, depth }) => `${study}, ${other_study}, ${depth}`),
      [2, 4].flatMap((depth) => Array(4).fill(`width 100, width 50, ${depth}`)),
    );
  });
});

Deno.test("README.md: the new experiment it writes is a valid study", async () => {
  await withExamples("README.md", async (folder) => {
    const studies = globSync("studies/*/pipeline.yaml", { cwd: folder });
    assert.equal(studies.length, 1);
    const run = await engine(folder, "repro", "--dry", dirname(studies[0]!));
    assert.equal(run.code, 0, run.text);
    assert.match(run.text, /train@/);
  });
});

Deno.test("lib/pipeline/README.md: its first pipeline does what it says", async () => {
  await withExamples("lib/pipeline/README.md", async (folder) => {
    const first = await engine(folder, "repro", "words");
    assert.equal(first.code, 0, first.text);
    assert.equal(readFileSync(join(folder, "words/count.json"), "utf8"), "3");
    assert.match((await engine(folder, "repro", "words")).text, /^2 unchanged/m);
    const path = join(folder, "words/pipeline.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("least: 4", "least: 7"));
    assert.match((await engine(folder, "repro", "words")).text, /^1 ran.*1 unchanged/m);
    assert.equal(readFileSync(join(folder, "words/count.json"), "utf8"), "1");
  });
});

Deno.test("README.md: its table of results is outputs/tables/summary.csv to the digits shown", async () => {
  const summary = await readTable(join(ROOT, "outputs/tables/summary.csv"));
  const expected = summary.map((row) => {
    const [trained, untrained] = [row.last_layer_cdnv, row.last_layer_cdnv_untrained].map((value) =>
      Number(value).toPrecision(3)
    );
    return [
      String(row.depth),
      Number(row.train_accuracy).toFixed(4),
      Number(row.test_accuracy).toFixed(4),
      `${trained} (${untrained})`,
      String(row.effective_depth_cdnv ?? "none"),
      String(row.effective_depth_ncc ?? "none"),
    ];
  });
  const [, rows] = /^\| hidden layers \|.*\n\|[-:| ]+\|\n((?:\|.*\n)+)/m.exec(
    readFileSync(join(ROOT, "README.md"), "utf8"),
  )!;
  const found = rows!.trimEnd().split("\n").map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert.deepEqual(found, expected);
});

Deno.test("no page links to a file that is not there", () => {
  const broken: string[] = [];
  for (const page of globSync("{README,CONTRIBUTING,docs/*,lib/pipeline/README}.md", { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, page), "utf8");
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      if (globSync(join(dirname(join(ROOT, page)), target!)).length === 0) broken.push(`${page} -> ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});
