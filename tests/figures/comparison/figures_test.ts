import assert from "node:assert/strict";
import { comparisonFigures } from "../../../lib/figures/comparison/comparison_page.ts";
import { comparisonTables } from "../../../lib/figures/comparison/comparison_tables.ts";
import { cdnvIntervals, depthIntervals, intervalFigure } from "../../../lib/figures/comparison/interval_figure.ts";
import type { NamedStudy } from "../../../lib/figures/comparison/named_study.ts";
import { renderSvg } from "../../../lib/figures/drawing/rendering.ts";
import type { Figure } from "../../../lib/figures/figure.ts";
import { meanInterval } from "../../../lib/figures/study/intervals.ts";
import { assertGolden, vegaLiteCheck } from "../specs.ts";
import { namedSample, sampleStudies } from "./sample_studies.ts";

function rows(figure: Figure, dataset: string): Record<string, number | string | null>[] {
  return [...figure.datasets[dataset]!] as Record<string, number | string | null>[];
}

Deno.test("the figures of fixed studies are what they were, and valid Vega-Lite", async (test) => {
  const check = await vegaLiteCheck();
  const figures = comparisonFigures(await sampleStudies());
  assert.deepEqual(figures.map(({ name }) => name), ["effective_depth", "last_layer_cdnv", "differences"]);
  for (const { name, figure } of figures) {
    await test.step(name, async () => {
      check(figure);
      await assertGolden(`comparison_${name}`, figure);
    });
  }
});

Deno.test("figures are drawn of one study, of one seed, and of studies that share no network", async () => {
  for (const studies of [[await namedSample("one", { depths: [4], epochs: 1 })], (await sampleStudies()).slice(2)]) {
    const figures = comparisonFigures(studies);
    assert.deepEqual(figures.map(({ name }) => name), ["effective_depth", "last_layer_cdnv"]);
    for (const { figure } of figures) assert.match(await renderSvg(figure), /^<svg role="img" aria-label="[^"]{80,}"/);
  }
});

Deno.test("a figure that no study has a table for is left out, and a study without it has an empty panel", async () => {
  const [one, other] = (await sampleStudies()) as [NamedStudy, NamedStudy];
  const without = ({ name, study }: NamedStudy) => ({ name, study: { ...study, depth: [] }, lacking: [] });
  const names = (studies: NamedStudy[]) => comparisonFigures(studies).map(({ name }) => name);
  assert.deepEqual(names([without(one), without(other)]), ["last_layer_cdnv", "differences"]);
  const half = intervalFigure([without(one), other], depthIntervals);
  assert.equal(half.concat.length, 2);
  const known = rows(half, "estimates").filter(({ estimate }) => estimate !== null);
  assert.deepEqual([...new Set(known.map(({ study }) => study))], ["figure1"]);
  assert.match(JSON.stringify(half.title), /gaps: not measured/);
  assert.throws(() => intervalFigure([without(one)], depthIntervals), /No study has what this figure shows/);
});

Deno.test("an interval is Student's over the seeds, cut off where it cannot lie, and of one seed there is none", async () => {
  const studies = await sampleStudies();
  const figure = intervalFigure(studies, depthIntervals);
  const [first] = rows(figure, "estimates").filter(({ study, network, series }) =>
    study === "figure1" && network === "Depth 4" && series === "by CDNV"
  );
  const depths = studies[1]!.study.depth.filter((row) =>
    row.depth === 4 && row.epoch === 3 && row.layer === 1 && row.definition === "cdnv"
  ).map(({ effectiveDepth }) => effectiveDepth);
  const { estimate, low, high } = meanInterval(depths)!;
  const text = (value: number) => String(Number(value.toPrecision(3)));
  assert.equal(first!.estimate, Number(estimate.toPrecision(6)));
  assert.equal(
    first!.text,
    `${text(estimate)} [${text(Math.max(0, low))}, ${text(Math.min(4, high))}]`,
  );
  for (const row of rows(figure, "estimates").filter(({ study }) => study === "default")) {
    assert.deepEqual([row.seeds, row.low, row.high], [1, null, null]);
  }
});

Deno.test("a wide interval is cut off at the axis and keeps its numbers in the tooltip", async () => {
  const spread = await namedSample("wide", { depths: [2], seeds: [0, 1], epochs: 1 }, ({ cdnv }) => {
    for (const row of cdnv) row.cdnv = row.seed === 0 ? 0.01 : 0.1;
  });
  const [row] = rows(intervalFigure([spread], cdnvIntervals), "estimates");
  assert.equal(row!.cut, "both");
  assert.deepEqual([row!.low, row!.high], [0.005, 0.2]);
  // Of two values a decade apart the geometric mean is in the middle, and t = 12.7062 half decades away.
  assert.match(String(row!.text), /^0\.0316 \[1\.4e−8, 71300\]$/);
});

Deno.test("a depth that no layer meets, and a CDNV of zero, are marked and said, and are no mean", async () => {
  const study = await namedSample("one", { depths: [2], seeds: [0, 1], epochs: 1 }, ({ cdnv, depth }) => {
    for (const row of cdnv) if (row.seed === 1) row.cdnv = 0;
    for (const row of depth) if (row.seed === 1) row.effective_depth = null;
  });
  const [depth] = rows(intervalFigure([study], depthIntervals), "estimates");
  assert.deepEqual(
    [depth!.estimate, depth!.lacks, depth!.lacks_text],
    [null, "none", "no layer meets the definition in 1 of 2 seeds"],
  );
  const figure = intervalFigure([study], cdnvIntervals);
  const [cdnv] = rows(figure, "estimates");
  assert.deepEqual([cdnv!.estimate, cdnv!.lacks, cdnv!.lacks_text], [null, "zero", "zero in 1 of 2 seeds"]);
  assert.match(figure.description, /train set zero in 1 of 2 seeds/);
});

Deno.test("the paired differences are the later study against the earlier", async () => {
  const later = await namedSample("later", { depths: [2], epochs: 1 }, ({ cdnv }) => {
    for (const row of cdnv) row.cdnv = 2 * Number(row.cdnv);
  });
  const figures = comparisonFigures([await namedSample("earlier", { depths: [2], epochs: 1 }), later]);
  const { figure } = figures.find(({ name }) => name === "differences")!;
  const [ratio] = rows(figure, "differences");
  assert.deepEqual([ratio!.network, ratio!.quantity, ratio!.estimate], ["Depth 2", "last_layer_cdnv", 2]);
  assert.match(figure.description, /later against earlier: Depth 2: Last layer’s train CDNV, ratio 2,/);
});

Deno.test("studies are held against any other, or against the first alone", async () => {
  const names = ["one", "two", "three"];
  const studies = await Promise.all(names.map((name) => namedSample(name, { depths: [2], epochs: 1 })));
  const pairs = (pairing: "all" | "first") =>
    comparisonTables(studies, pairing).find(({ name }) => name === "differences.csv")!.rows
      .filter(({ quantity }) => quantity === "last_layer_cdnv")
      .map(({ study, other_study }) => `${other_study} against ${study}`);
  assert.deepEqual(pairs("all"), ["two against one", "three against one", "three against two"]);
  assert.deepEqual(pairs("first"), ["two against one", "three against one"]);
  const shown = comparisonFigures(studies, "first").find(({ name }) => name === "differences")!.figure.description;
  assert.match(shown, /three against one/);
  assert.doesNotMatch(shown, /three against two/);
});

Deno.test("networks of shuffled labels that are there for comparison are in no figure", async () => {
  const studies = [await namedSample("one", { depths: [4], noises: [0, 1], epochs: 1 })];
  for (const { figure } of comparisonFigures(studies)) {
    assert.deepEqual(new Set(rows(figure, "estimates").map(({ network }) => network)).size, 1);
  }
});
