import assert from "node:assert/strict";
import { readClaims } from "../../lib/claims/document.ts";
import { readTable } from "../../lib/formats/table.ts";
import type { TablePaths } from "../../lib/figures/study/study.ts";
import claims from "../../stages/claims.ts";
import plot from "../../stages/plot.ts";
import { withFolder, writeSample } from "../figures/sample_study.ts";
import { sampleTables } from "../figures/sample_tables.ts";

const figureNames = [
  ...["class_means", "class_pairs", "depth_curve", "depth_progress", "effective_depth"],
  ...["figure1", "figure2", "heat_map", "separability"],
];

/** Runs the stage; its outs lie in the folder. */
async function run(
  folder: string,
  deps: TablePaths & { readonly claims?: string },
  parameters: Record<string, unknown> = {},
): Promise<number[]> {
  const done: number[] = [];
  await plot.run({
    with: plot.parameters.parse(parameters),
    deps: { collapse: [], pairs: [], curve: [], ...deps },
    outs: { figures: `${folder}/figures`, tables: `${folder}/tables`, report: `${folder}/report.html` },
    resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
    progress: (progress) => done.push(progress.done),
    signal: new AbortController().signal,
  });
  return done;
}

async function files(folder: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const inside of ["figures", "tables"]) {
    for await (const { name } of Deno.readDir(`${folder}/${inside}`)) {
      contents[`${inside}/${name}`] = (await Deno.readFile(`${folder}/${inside}/${name}`)).toBase64();
    }
  }
  contents["report.html"] = await Deno.readTextFile(`${folder}/report.html`);
  return contents;
}

/** Tables of two networks in files of their own, as a study has them. */
async function twoNetworks(folder: string): Promise<Required<TablePaths>> {
  const paths: Required<TablePaths>[] = [];
  for (const depth of [2, 4]) {
    await Deno.mkdir(`${folder}/mlp-${depth}`);
    paths.push(await writeSample(`${folder}/mlp-${depth}`, sampleTables({ depths: [depth], epochs: 3 })));
  }
  const all = (kind: keyof TablePaths) => paths.flatMap((path) => path[kind]);
  return {
    ...{ history: all("history"), cdnv: all("cdnv"), depth: all("depth") },
    ...{ probe: all("probe"), pairs: all("pairs"), curve: all("curve"), collapse: all("collapse") },
  };
}

Deno.test("the plot stage leaves figures, tables and a report", () =>
  withFolder(async (folder) => {
    assert.deepEqual(await run(folder, await twoNetworks(folder)), figureNames.map((_, index) => index + 1));
    const names = Object.keys(await files(folder)).sort();
    assert.deepEqual(names, [
      ...figureNames.flatMap((name) => ["png", "svg", "vl.json"].map((ending) => `figures/${name}.${ending}`)),
      "report.html",
      ...[
        ...["cdnv", "class_pairs", "depth_curve", "effective_depth", "history", "layers"],
        ...["neural_collapse", "probe", "summary"],
      ].map((name) => `tables/${name}.csv`),
    ]);
    const merged = await readTable(`${folder}/tables/history.csv`);
    assert.deepEqual(
      merged.map((row) => [row.depth, row.epoch]),
      [2, 4].flatMap((depth) => [0, 1, 2, 3].map((epoch) => [depth, epoch])),
    );
    const first = await readTable(`${folder}/mlp-2/history.csv`);
    assert.deepEqual(merged.slice(0, 4), first);
    assert.equal((await readTable(`${folder}/tables/summary.csv`)).length, 2);
  }));

Deno.test("the plot stage's outs depend neither on where they lie nor on the order of the tables", () =>
  withFolder(async (folder) => {
    const paths = await twoNetworks(folder);
    const reversed: Required<TablePaths> = {
      history: paths.history.toReversed(),
      cdnv: paths.cdnv.toReversed(),
      depth: paths.depth.toReversed(),
      probe: paths.probe.toReversed(),
      pairs: paths.pairs.toReversed(),
      curve: paths.curve.toReversed(),
      collapse: paths.collapse.toReversed(),
    };
    for (const [name, deps] of [["a", paths], ["b/c", reversed]] as const) {
      await Deno.mkdir(`${folder}/${name}`, { recursive: true });
      await run(`${folder}/${name}`, deps);
    }
    const [first, second] = [await files(`${folder}/a`), await files(`${folder}/b/c`)];
    for (const name of Object.keys(first)) assert.ok(first[name] === second[name], `${name} differs`);
    assert.doesNotMatch(first["report.html"]!, new RegExp(folder));
  }));

Deno.test("the plot stage shows the verdicts of the claims stage in the report, where the pipeline file names them", () =>
  withFolder(async (folder) => {
    const paths = await twoNetworks(folder);
    await run(folder, paths);
    assert.doesNotMatch(await Deno.readTextFile(`${folder}/report.html`), /id="claims"/);
    await Deno.remove(`${folder}/figures`, { recursive: true });
    await Deno.remove(`${folder}/tables`, { recursive: true });
    await claims.run({
      with: {},
      deps: paths,
      outs: { claims: `${folder}/claims.json` },
      resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
      progress: () => {},
      signal: new AbortController().signal,
    });
    await run(folder, { ...paths, claims: `${folder}/claims.json` });
    const report = await Deno.readTextFile(`${folder}/report.html`);
    const { claims: verdicts } = await readClaims(`${folder}/claims.json`);
    const shown = report.split('<h2 id="claims">')[1]!.split("</table>")[0]!;
    assert.deepEqual(
      [...shown.matchAll(/<\/span> ([a-z ]+)<\/span>/g)].map(([, verdict]) => verdict),
      verdicts.map(({ verdict }) => verdict),
    );
  }));

Deno.test("the plot stage draws what it has tables for, and says by which profile and machine", () =>
  withFolder(async (folder) => {
    await run(
      folder,
      { ...await twoNetworks(folder), depth: [], probe: [], pairs: [], curve: [], collapse: [] },
      { title: "Two networks", profile: "as written", machine: "an abacus" },
    );
    const names = Object.keys(await files(folder)).sort();
    assert.deepEqual(names, [
      ...["figure1", "heat_map", "separability"].flatMap((name) =>
        ["png", "svg", "vl.json"].map((ending) => `figures/${name}.${ending}`)
      ),
      "report.html",
      ...["cdnv", "history", "layers", "summary"].map((name) => `tables/${name}.csv`),
    ]);
    assert.match(await Deno.readTextFile(`${folder}/report.html`), /<h1>Two networks<\/h1>/);
    const { title } = JSON.parse(await Deno.readTextFile(`${folder}/figures/figure1.vl.json`));
    assert.deepEqual(title.subtitle.slice(0, 3), [
      "MNIST · MLP of width 100 · 3 epochs · seed 0",
      "n = 60,000 train, 10,000 test · profile: as written",
      "trained on an abacus",
    ]);
  }));

Deno.test("the plot stage refuses tables of one kind with different columns", () =>
  withFolder(async (folder) => {
    const paths = await twoNetworks(folder);
    const text = await Deno.readTextFile(paths.history[1]!);
    await Deno.writeTextFile(paths.history[1]!, text.replace("running_accuracy", "running"));
    await assert.rejects(
      run(folder, paths),
      /^Error: history\.csv cannot be merged: one table has the columns dataset, .* another dataset, /,
    );
  }));

Deno.test("the plot stage merges NC1 to NC4 and the curves of effective depth, and sums several seeds up", () =>
  withFolder(async (folder) => {
    const sample = sampleTables({ depths: [2], seeds: [0, 1], epochs: 2 });
    await run(folder, await writeSample(folder, { ...sample, collapse: sample.collapse.toReversed() }));
    const table = (name: string) => readTable(`${folder}/tables/${name}.csv`);
    assert.deepEqual(
      (await table("neural_collapse")).map(({ seed, epoch, layer }) => [seed, epoch, layer]),
      [0, 1].flatMap((seed) => [0, 1, 2].flatMap((epoch) => [1, 1, 2, 2].map((layer) => [seed, epoch, layer]))),
    );
    // Two seeds, of each seven thresholds.
    assert.equal((await table("depth_curve")).length, 14);
    // Of a layer and set CDNV, NCC, NC1, three of NC2 and two probes, of the last NC3 in two ways; and four of the network.
    assert.equal((await table("intervals")).length, 2 * 2 * 8 + 2 * 2 + 4);
    assert.equal((await table("comparisons")).length, 2 * 8);
  }));
