import assert from "node:assert/strict";
import { reportPage } from "../../../lib/figures/report/report.ts";
import { significant } from "../../../lib/figures/report/table.ts";
import { comparisonRows, intervalRows } from "../../../lib/figures/study/seed_tables.ts";
import type { Row } from "../../../lib/formats/table.ts";
import { studyFigures } from "../../../lib/figures/study_figures.ts";
import { sampleStudy } from "../sample_study.ts";
import type { SampleStudy } from "../sample_tables.ts";

const figureNames = [
  ...["figure1", "figure2", "effective_depth", "depth_progress"],
  ...["depth_curve", "heat_map", "separability", "class_means", "class_pairs"],
];

async function page(of: SampleStudy, title = "Collapse"): Promise<string> {
  const study = await sampleStudy(of);
  const figures = studyFigures(study);
  return await reportPage({ title, study, figures, figuresFolder: "figures", provenance: { zoom: "2" } });
}

/** The page without its scripts. */
function withoutScripts(text: string): string {
  return text.replaceAll(/<script[\s\S]*?<\/script>/g, "");
}

Deno.test("the report of 500 epochs, four depths and 60 snapshots stays under 3 MB", async () => {
  const snapshots = Array.from({ length: 60 }, (_, index) => Math.round(500 * (index / 59) ** 2));
  const text = await page({ depths: [2, 4, 8, 16], epochs: 500, snapshots, probes: [0, 100, 200, 300, 400, 500] });
  assert.ok(new TextEncoder().encode(text).length < 3e6);
});

Deno.test("the default study's report stays under 3 MB", async () => {
  const { size } = await Deno.stat(new URL("../../../outputs/report.html", import.meta.url));
  assert.ok(size < 3e6, String(size));
});

Deno.test("the report loads nothing", async () => {
  const text = await page({ depths: [2], epochs: 2 });
  const rest = withoutScripts(text);
  assert.match(rest, /http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;/);
  assert.doesNotMatch(rest, /\bsrc=|@import|url\(/);
  assert.deepEqual([...rest.matchAll(/<link [^>]*>/g)].map(([link]) => link), ['<link rel="icon" href="data:,">']);
  for (const [, target] of rest.matchAll(/href="([^"]*)"/g)) assert.match(target!, /^(#|data:,|figures\/)/);
  assert.doesNotMatch(text, /sourceMappingURL=\S+\.map/);
});

Deno.test("the report carries its figures as data, whatever their texts", async () => {
  const study = await sampleStudy({ datasets: ["</script><b>", "mnist"], depths: [2], epochs: 2 });
  const figures = studyFigures(study);
  const text = await reportPage({
    title: "<i>A & B</i>",
    study,
    figures,
    figuresFolder: "figures",
    provenance: { "<u>": "</dl>" },
  });
  const json = /<script type="application\/json" id="figures">(.*?)<\/script>/s.exec(text)![1]!;
  const carried = JSON.parse(json).figures as { name: string; spec: unknown }[];
  assert.deepEqual(carried.map(({ name }) => name), figureNames);
  assert.deepEqual(carried[0]!.spec, JSON.parse(JSON.stringify(figures[0]!.figure)));
  const rest = withoutScripts(text);
  assert.match(rest, /<h1>&lt;i&gt;A &amp; B&lt;\/i&gt;<\/h1>/);
  assert.match(rest, /&lt;\/script&gt;&lt;b&gt;/);
  assert.doesNotMatch(rest, /<\/script>|<b>|<u>|<i>/);
});

Deno.test("the report can be read without seeing or pointing", async () => {
  const rest = withoutScripts(await page({ depths: [2, 4], epochs: 2 }));
  assert.match(rest, /<html lang="en">/);
  assert.match(rest, /<meta name="viewport"/);
  for (const name of figureNames) {
    assert.match(rest, new RegExp(`id="${name}" role="region" tabindex="0" aria-label="[^"]{100,}"`));
  }
  const headings = [...rest.matchAll(/<h(\d)/g)].map(([, level]) => level);
  assert.deepEqual(headings, ["1", ...Array(figureNames.length + 3).fill("2")]);
  assert.equal([...rest.matchAll(/<th>/g)].length, 0, "every heading of a table has a scope");
});

Deno.test("the report's tables say what the tables say", async () => {
  const study = await sampleStudy({ depths: [2], epochs: 2 });
  const text = withoutScripts(await page({ depths: [2], epochs: 2 }));
  const cdnv = study.cdnv.find((row) => row.epoch === 2 && row.layer === 2 && row.split === "train")!.cdnv!;
  const row = /<tr><th scope="row">2<\/th>(.*?)<\/tr>/.exec(text)![1]!;
  assert.ok(row.startsWith(`<td>${cdnv.toPrecision(3)}</td>`), row);
  assert.match(row, /<td class="below">0\.500<\/td>/);
  assert.match(text, /<dt>vega-lite<\/dt><dd>6\.\d+\.\d+<\/dd>/);
});

Deno.test("for every colour of a figure there is one for a dark page", async () => {
  const text = await page({ depths: [2, 8], epochs: 2 });
  const { figures, darkColors } = JSON.parse(
    /<script type="application\/json" id="figures">(.*?)<\/script>/s.exec(text)![1]!,
  );
  for (const { spec } of figures) {
    const colors = JSON.stringify({ ...spec, config: null }).match(/#[0-9a-f]{6}\b/gi) ?? [];
    for (const color of colors) assert.ok(darkColors[color] !== undefined, `${color} has no counterpart`);
  }
});

Deno.test("the report tells what was not measured from what meets no definition, and names the thresholds", async () => {
  const study = await sampleStudy({ depths: [2], epochs: 2 }, ({ depth }) => {
    for (const row of depth) Object.assign(row, { threshold: 0.125, effective_depth: null });
    depth.splice(0, depth.length, ...depth.filter((row) => row.epoch === 2));
  });
  const report = { title: "T", study, figures: studyFigures(study), figuresFolder: "figures", provenance: {} };
  const text = withoutScripts(await reportPage(report));
  assert.match(text, /<td>none \(–\)<\/td><td>none \(–\)<\/td>/);
  assert.match(text, /Effective depth: none by CDNV \(threshold 0\.125\), none by NCC \(threshold 0\.125\)\./);
});

Deno.test("the report shows intervals over seeds and paired comparisons, and tints those that tell two apart", async () => {
  assert.doesNotMatch(withoutScripts(await page({ depths: [2], epochs: 2 })), /id="seeds"/);
  const study = await sampleStudy({ depths: [2, 4], seeds: [0, 1, 2], epochs: 2 });
  const text = withoutScripts(await page({ depths: [2, 4], seeds: [0, 1, 2], epochs: 2 }));
  const section = text.split('<h2 id="seeds">')[1]!.split("<h2 ")[0]!;
  const rowOf = (table: string, heading: string) =>
    section.split(`aria-label="${table}"`)[1]!.split(`<th scope="row">${heading}</th>`)[1]!.split("</tr>")[0]!;
  const find = (rows: readonly Row[], layer: number, quantity: string) =>
    rows.find((row) => row.depth === 4 && row.layer === layer && row.split === "train" && row.quantity === quantity)!;
  const texts = (row: Row) => [row.estimate, row.low, row.high].map((value) => significant(value!));
  const [mean, low, high] = texts(find(intervalRows(study), 3, "cdnv"));
  assert.ok(rowOf("Layers of Depth 4 over seeds", "3, train").startsWith(`<td>${mean} [${low}, ${high}]</td>`));
  const [ratio, least, greatest] = texts(find(comparisonRows(study), 1, "cdnv"));
  assert.ok(Number(least) > 1);
  const compared = rowOf("Layers of Depth 4 compared", "1 against 4, train");
  assert.ok(compared.startsWith(`<td class="below">${ratio} [${least}, ${greatest}]</td>`), compared);
  assert.match(rowOf("Networks compared", "Depth 2 against Depth 4"), /^<td/);
  assert.match(section, /Layers of Depth 2 compared[^]*<th scope="row">2 against 4 of Depth 4, test<\/th>/);
});
