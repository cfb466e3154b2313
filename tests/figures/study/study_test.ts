import assert from "node:assert/strict";
import { figure1 } from "../../../lib/figures/figure1.ts";
import { cdnvPoints } from "../../../lib/figures/study/series.ts";
import { readStudy } from "../../../lib/figures/study/study.ts";
import { condensedTables, mergedTables } from "../../../lib/figures/study/tables.ts";
import type { Row } from "../../../lib/formats/table.ts";
import { withFolder, writeSample } from "../sample_study.ts";
import { type SampleTables, sampleTables } from "../sample_tables.ts";

async function rejected(change: (tables: SampleTables) => void, message: RegExp): Promise<void> {
  await withFolder(async (folder) => {
    const tables = sampleTables({ depths: [2], epochs: 2 });
    change(tables);
    await assert.rejects(readStudy(await writeSample(folder, tables)), message);
  });
}

Deno.test("readStudy() reads the tables of several networks", async () => {
  await withFolder(async (folder) => {
    const two = await writeSample(folder, sampleTables({ depths: [2, 4], epochs: 2 }));
    const { study, tables } = await readStudy(two);
    assert.deepEqual(study.networks.map((network) => network.label), ["Depth 2", "Depth 4"]);
    assert.equal(study.cdnv.length, 3 * 2 * (2 + 4));
    assert.equal(study.history[0]!.learningRate, null);
    assert.equal(tables.cdnv[0]!.cdnv_median, Number(tables.cdnv[0]!.cdnv) * 0.9);
  });
});

Deno.test("readStudy() tells networks apart by their label noise, and takes a table without it as without noise", async () => {
  await withFolder(async (folder) => {
    const tables = sampleTables({ depths: [2], epochs: 2, noises: [0, 0.25] });
    const labels = async () =>
      (await readStudy(await writeSample(folder, tables))).study.networks.map(({ label }) => label);
    assert.deepEqual(await labels(), ["No label noise", "25 % label noise"]);
    for (const rows of [tables.history, tables.cdnv, tables.depth, tables.probe]) {
      rows.splice(0, rows.length, ...rows.filter((row) => row.label_noise === 0));
      for (const row of rows) delete row.label_noise;
    }
    const { study } = await readStudy(await writeSample(folder, tables));
    assert.deepEqual(study.networks.map(({ labelNoise }) => labelNoise), [0]);
  });
});

Deno.test("readStudy() tells networks apart that differ in nothing but their variant, and so do figures and tables", async () => {
  await withFolder(async (folder) => {
    const variants = ["", "loss mse", "no batch norm, residual"];
    const written = sampleTables({ depths: [2, 4], epochs: 2, seeds: [0, 1], variants });
    const { study, tables } = await readStudy(await writeSample(folder, written));
    const labels = [2, 4].flatMap((depth) =>
      ["plain", "loss mse", "no batch norm, residual"].map((variant) => `Depth ${depth}, ${variant}`)
    );
    assert.deepEqual(study.networks.map(({ label }) => label), labels);
    assert.deepEqual([...new Set(cdnvPoints(study, "train").map(({ network }) => network))], labels);
    const panels = figure1(study);
    for (const label of labels) assert.ok(JSON.stringify(panels).includes(label), label);
    const merged = [...mergedTables(study, tables), ...condensedTables(study)];
    for (const { name, rows } of merged) {
      assert.deepEqual(new Set(rows.map(({ variant }) => variant ?? "")), new Set(variants), name);
    }
    const across = merged.find(({ name }) => name === "comparisons.csv")!.rows.filter((row) => row.layer === null);
    assert.deepEqual(
      new Set(across.map((row) => `${row.depth} ${row.other_depth} ${row.variant}`)),
      new Set(variants.map((variant) => `2 4 ${variant}`)),
    );
  });
});

Deno.test("readStudy() takes tables without a column variant as of usual networks", async () => {
  await withFolder(async (folder) => {
    const tables = sampleTables({ depths: [2], epochs: 2 });
    for (const rows of Object.values(tables)) for (const row of rows) delete row.variant;
    const { study } = await readStudy(await writeSample(folder, tables));
    assert.deepEqual(study.networks.map(({ variant, label }) => [variant, label]), [["", "Depth 2"]]);
    assert.ok(Object.values(tables).every((rows: Row[]) => rows.length > 0));
  });
});

Deno.test("readStudy() names file, row and column of what it cannot read", async () => {
  await rejected(
    ({ cdnv }) => cdnv.forEach((row) => delete row.ncc_accuracy),
    /cdnv\.csv, row 1: there is no column ncc_accuracy; the columns are dataset, model, /,
  );
  await rejected(
    ({ history }) => history[2]!.train_accuracy = "high",
    /history\.csv, row 3: the column train_accuracy holds "high", expected a number or nothing$/,
  );
  await rejected(
    ({ cdnv }) => cdnv[0]!.split = "validation",
    /cdnv\.csv, row 1: the column split holds "validation", expected train or test$/,
  );
  await rejected(
    ({ probe }) => probe[0]!.epoch = null,
    /probe\.csv, row 1: the column epoch is empty, expected a number$/,
  );
  await rejected(
    ({ depth }) => depth[0]!.dataset = null,
    /depth\.csv, row 1: the column dataset is empty, expected a name$/,
  );
});

Deno.test("readStudy() refuses a table without rows", async () => {
  await withFolder(async (folder) => {
    const paths = await writeSample(folder, sampleTables({ depths: [2], epochs: 2 }));
    const [header] = (await Deno.readTextFile(paths.probe[0]!)).split("\n");
    await Deno.writeTextFile(paths.probe[0]!, `${header}\n`);
    await assert.rejects(readStudy(paths), /probe\.csv holds no rows; run the stage that writes it again$/);
  });
});

Deno.test("readStudy() refuses two runs that have one name", async () => {
  await withFolder(async (folder) => {
    const paths = await writeSample(folder, sampleTables({ depths: [2], epochs: 2 }));
    const copy = `${folder}/other.csv`;
    await Deno.copyFile(paths.cdnv[0]!, copy);
    await assert.rejects(readStudy({ ...paths, cdnv: [...paths.cdnv, copy] }), {
      message:
        `${paths.cdnv[0]} and ${copy} are both about mlp of depth 2 on mnist, seed 0, and could not be told apart ` +
        "in a figure; plot them in stages of their own",
    });
  });
});
