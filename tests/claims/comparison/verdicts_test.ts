import assert from "node:assert/strict";
import { readNamedClaims, withProfiles } from "../../../lib/claims/comparison/named_claims.ts";
import { verdictDetails } from "../../../lib/claims/comparison/verdict_details.ts";
import { verdictsFigure } from "../../../lib/claims/comparison/verdict_figure.ts";
import { verdictTable } from "../../../lib/claims/comparison/verdict_table.ts";
import { evaluateClaims } from "../../../lib/claims/evaluation.ts";
import { paperClaims } from "../../../lib/claims/paper/claims.ts";
import { namedSample, writeStudy } from "../../figures/comparison/sample_studies.ts";
import { sampleStudy, withFolder } from "../../figures/sample_study.ts";
import { assertGolden, vegaLiteCheck } from "../../figures/specs.ts";

async function namedClaims() {
  const [deep, shallow] = [
    await sampleStudy({ depths: [2, 8], epochs: 3 }),
    await sampleStudy({ depths: [2], epochs: 3 }),
  ];
  return [
    { name: "deep", document: evaluateClaims(deep, "as written") },
    { name: "shallow", document: evaluateClaims(shallow) },
  ];
}

Deno.test("the verdicts have a cell a claim and study, which says in words what it says by colour", async () => {
  const claims = await namedClaims();
  const { figure } = verdictsFigure(claims);
  (await vegaLiteCheck())(figure);
  await assertGolden("comparison_verdicts", figure);
  const cells = figure.datasets.verdicts as Record<string, string>[];
  assert.equal(cells.length, 2 * paperClaims.length);
  for (const { name, document } of claims) {
    for (const [index, { verdict, observed, statement }] of document.claims.entries()) {
      const cell = cells.filter(({ study }) => study === name)[index]!;
      assert.deepEqual([cell.verdict, cell.found, cell.statement], [verdict, observed, statement]);
      assert.ok(figure.description.includes(`${name} ${verdict}`));
    }
  }
  const [first] = cells;
  assert.match(first!.margin!, /^−?[\d.]+ decades$/);
  assert.match(first!.differs!, /data set: MNIST \(in the paper CIFAR-10\)/);
  assert.ok(cells.some(({ verdict, margin }) => verdict === "not applicable" && margin === "–"));
});

Deno.test("a claim that one study alone was held against has a row", async () => {
  const [deep, shallow] = await namedClaims();
  const short = { ...shallow!, document: { ...shallow!.document, claims: shallow!.document.claims.slice(1) } };
  const rows = verdictTable([deep!, short])[0]!.rows;
  assert.equal(rows.length, 2 * paperClaims.length - 1);
  assert.deepEqual(rows.filter(({ claim }) => claim === paperClaims[0]!.name).map(({ study }) => study), ["deep"]);
  assert.deepEqual(verdictTable([]), []);
});

Deno.test("below the figure stands what each verdict rests on, a row a study", async () => {
  const html = verdictDetails(await namedClaims()).markup;
  assert.equal([...html.matchAll(/<details /g)].length, paperClaims.length);
  assert.equal([...html.matchAll(/<th scope="row">(deep|shallow)<\/th>/g)].length, 2 * paperClaims.length);
  assert.match(html, /What differs from the paper: data set: MNIST/);
});

Deno.test("readNamedClaims() gives each file to the study whose tables lie beside it, and refuses a stray one", () =>
  withFolder(async (folder) => {
    for (const name of ["a", "b", "c"]) {
      await writeStudy(`${folder}/${name}/outputs`, { depths: [2], epochs: 1 }, `profile ${name}`);
    }
    const tables = (name: string) => ({ name, tables: `${folder}/${name}/outputs/tables` });
    const claims = (name: string) => `${folder}/${name}/outputs/claims.json`;
    const found = await readNamedClaims([claims("c"), claims("a")], ["a", "b", "c"].map(tables));
    assert.deepEqual(found.map(({ name, document }) => [name, document.profile]), [
      ["a", "profile a"],
      ["c", "profile c"],
    ]);
    await assert.rejects(
      readNamedClaims([claims("b")], [tables("a")]),
      /b\/outputs\/claims\.json lies beside none of the folders of tables, so that its study is unknown: .*\/a\/outputs\/tables$/,
    );
    const studies = withProfiles(
      [await namedSample("a", { depths: [2], epochs: 1 }), await namedSample("b", {})],
      found,
    );
    assert.deepEqual(studies.map(({ profile }) => profile), ["profile a", undefined]);
  }));
