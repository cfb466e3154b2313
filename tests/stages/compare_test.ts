import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readTable } from "../../lib/formats/table.ts";
import compare from "../../stages/compare.ts";
import { writeStudy } from "../figures/comparison/sample_studies.ts";
import { withFolder } from "../figures/sample_study.ts";

/** Runs the stage on the named studies; its outs lie in the folder. */
async function run(
  folder: string,
  deps: { readonly tables: readonly string[]; readonly claims: readonly string[] },
  parameters: Record<string, unknown> = {},
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await compare.run({
    with: compare.parameters.parse(parameters),
    deps,
    outs: { figures: `${folder}/figures`, tables: `${folder}/tables`, report: `${folder}/report.html` },
    resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
    progress: () => {},
    signal: new AbortController().signal,
  });
}

/** Two studies that share networks, as their stages leave them. */
async function twoStudies(folder: string) {
  const outputs = [`${folder}/outputs`, `${folder}/studies/seeds/outputs`];
  await writeStudy(outputs[0]!, { depths: [2, 4], epochs: 2 }, "as written");
  await writeStudy(outputs[1]!, { depths: [2, 4], seeds: [0, 1, 2], epochs: 3 });
  return {
    tables: outputs.map((path) => `${path}/tables`),
    claims: outputs.map((path) => `${path}/claims.json`),
  };
}

/** The page without its scripts. */
async function pageOf(folder: string): Promise<string> {
  return (await Deno.readTextFile(`${folder}/report.html`)).replaceAll(/<script[\s\S]*?<\/script>/g, "");
}

Deno.test("the compare stage leaves figures, tables and a page", () =>
  withFolder(async (folder) => {
    await run(`${folder}/out`, await twoStudies(folder), { title: "Two studies" });
    const names = ["differences", "effective_depth", "last_layer_cdnv", "verdicts"];
    assert.deepEqual(globSync("**/*.*", { cwd: `${folder}/out` }).toSorted(), [
      ...names.flatMap((name) => ["png", "svg", "vl.json"].map((ending) => `figures/${name}.${ending}`)),
      "report.html",
      ...["differences", "networks", "verdicts"].map((name) => `tables/${name}.csv`),
    ]);
    const page = await pageOf(`${folder}/out`);
    assert.match(page, /<h1>Two studies<\/h1>/);
    assert.match(page, /<th scope="rowgroup" rowspan="2">default<br><span class="faint">as written<\/span><\/th>/);
    assert.match(page, /<th scope="rowgroup" rowspan="2">seeds<\/th>/);
    for (const name of names) {
      assert.match(page, new RegExp(`id="${name}" role="region" tabindex="0" aria-label="[^"]{100,}"`));
    }
    assert.doesNotMatch(page, new RegExp(folder));
  }));

Deno.test("the tables of a comparison say what the page says", () =>
  withFolder(async (folder) => {
    await run(`${folder}/out`, await twoStudies(folder));
    const rows = await readTable(`${folder}/out/tables/networks.csv`);
    const found = rows.filter(({ quantity }) => quantity === "last_layer_cdnv")
      .map(({ study, depth, epochs, seeds, low }) => [study, depth, epochs, seeds, low !== null]);
    assert.deepEqual(found, [
      ...[2, 4].map((depth) => ["default", depth, 2, 1, false]),
      ...[2, 4].map((depth) => ["seeds", depth, 3, 3, true]),
    ]);
    const page = await pageOf(`${folder}/out`);
    const { estimate } = rows.find(({ study, quantity }) => study === "seeds" && quantity === "last_layer_cdnv")!;
    assert.ok(page.includes(`<td>${Number(estimate).toPrecision(3)}<br>[`));
    const differences = await readTable(`${folder}/out/tables/differences.csv`);
    assert.equal(differences.length, 2 * 4);
    assert.deepEqual(
      [
        ...new Set(
          differences.map(({ study, other_study, seeds, differs }) => `${study} ${other_study} ${seeds} ${differs}`),
        ),
      ],
      ["default seeds 1 epochs 2 and 3"],
    );
  }));

Deno.test("the compare stage makes do with what studies have", () =>
  withFolder(async (folder) => {
    const { tables, claims } = await twoStudies(folder);
    await Deno.remove(`${tables[1]}/effective_depth.csv`);
    await run(`${folder}/out`, { tables, claims: [claims[0]!] }, { names: ["first", "second"] });
    const page = await pageOf(`${folder}/out`);
    assert.match(page, /second has no table effective_depth\.csv/);
    assert.deepEqual(
      [...new Set((await readTable(`${folder}/out/tables/verdicts.csv`)).map(({ study }) => study))],
      ["first"],
    );
    await run(`${folder}/none`, { tables: tables.slice(0, 1), claims: [] });
    assert.deepEqual(globSync("figures/*.svg", { cwd: `${folder}/none` }).toSorted(), [
      "figures/effective_depth.svg",
      "figures/last_layer_cdnv.svg",
    ]);
    assert.match(await pageOf(`${folder}/none`), /No two of these studies have a network and a seed in common/);
  }));

Deno.test("the outs of a comparison do not depend on where they lie", () =>
  withFolder(async (folder) => {
    const outs: Record<string, string>[] = [];
    for (const place of ["one", "some/other"]) {
      const deps = await twoStudies(`${folder}/${place}`);
      await run(`${folder}/${place}/out`, deps);
      const files = globSync("**/*.*", { cwd: `${folder}/${place}/out` }).toSorted();
      outs.push(Object.fromEntries(
        await Promise.all(
          files.map(async (file) => [file, (await Deno.readFile(`${folder}/${place}/out/${file}`)).toBase64()]),
        ),
      ));
    }
    for (const name of Object.keys(outs[0]!)) assert.ok(outs[0]![name] === outs[1]![name], `${name} differs`);
  }));
