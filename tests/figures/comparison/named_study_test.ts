import assert from "node:assert/strict";
import { readStudies, studyNames } from "../../../lib/figures/comparison/named_study.ts";
import { withFolder } from "../sample_study.ts";
import { writeStudy } from "./sample_studies.ts";

Deno.test("studyNames() is the folder below studies/, whatever lies above", () => {
  for (const root of ["/home/a/mindepth", "/home/a/studies/copy"]) {
    assert.deepEqual(
      studyNames([`${root}/studies/figure1/reduced/outputs/tables`, `${root}/studies/narrow/outputs/tables`]),
      ["figure1/reduced", "narrow"],
    );
  }
});

Deno.test("studyNames() calls the study that lies below no such folder the default one, or what tells it from others", () => {
  assert.deepEqual(studyNames(["/a/outputs/tables", "/a/studies/b/outputs/tables"]), ["default", "b"]);
  assert.deepEqual(studyNames(["/a/one/outputs/tables", "/a/two/tables"]), ["one", "two"]);
});

Deno.test("readStudies() reads what a folder has, and names what it lacks", () =>
  withFolder(async (folder) => {
    await writeStudy(`${folder}/outputs`, { depths: [2], epochs: 2 });
    await Deno.remove(`${folder}/outputs/tables/effective_depth.csv`);
    const [named] = await readStudies([`${folder}/outputs/tables`], ["one"]);
    assert.deepEqual([named!.name, named!.lacking], ["one", ["effective_depth.csv"]]);
    assert.equal(named!.study.cdnv.length, 3 * 2 * 2);
    assert.equal(named!.study.depth.length, 0);
  }));

Deno.test("readStudies() says what is wrong with the list of studies", () =>
  withFolder(async (folder) => {
    await writeStudy(`${folder}/outputs`, { depths: [2], epochs: 1 });
    const tables = `${folder}/outputs/tables`;
    await assert.rejects(readStudies([]), /There is no study to compare; list folders of tables under deps\.tables/);
    await assert.rejects(readStudies([tables], ["a", "b"]), /There are 2 names of 1 studies; give one a folder/);
    await assert.rejects(readStudies([tables, tables]), /Two studies are named default; give each a name of its own/);
    await Deno.mkdir(`${folder}/empty`);
    await assert.rejects(
      readStudies([`${folder}/empty`]),
      /empty holds none of history\.csv, cdnv\.csv, effective_depth\.csv; expected the tables that the stage plot leaves/,
    );
  }));
