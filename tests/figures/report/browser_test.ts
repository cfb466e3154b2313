import assert from "node:assert/strict";
import { globSync } from "node:fs";
import type { Page } from "playwright-core";
import { evaluateClaims } from "../../../lib/claims/evaluation.ts";
import { paperClaims } from "../../../lib/claims/paper/claims.ts";
import { claimsSection } from "../../../lib/claims/section.ts";
import { layerColors } from "../../../lib/figures/colors.ts";
import { reportPage } from "../../../lib/figures/report/report.ts";
import { labelOf } from "../../../lib/figures/study/series.ts";
import type { CdnvRow } from "../../../lib/figures/study/rows.ts";
import { readStudy, type Study } from "../../../lib/figures/study/study.ts";
import { studyFigures } from "../../../lib/figures/study_figures.ts";
import { withFolder } from "../sample_study.ts";
import { findChromium, openFile, type Reader, startChromium } from "./browser.ts";
import { contrast, luminance } from "./contrast.ts";
import { type Curve, drawn, layerOf, readPanels } from "./charts.ts";

// Continuous integration installs it, so that a skip there would be a fault.
const ignore = Deno.env.get("CI") === undefined && await findChromium() === undefined;
if (ignore) {
  console.log(
    "The tests of the report in a browser are skipped: they need Chromium (Debian: chromium), or set CHROMIUM",
  );
}

const desktop: Reader = { width: 1280, height: 900, mode: "light" };
const phone: Reader = { width: 390, height: 844, mode: "light" };
const figureNames = [
  ...["figure1", "figure2", "effective_depth", "depth_progress"],
  ...["depth_curve", "heat_map", "separability", "class_means", "class_pairs"],
];

/** The default study, from the tables in the repository. */
async function defaultStudy(): Promise<Study> {
  const outputs = new URL("../../../outputs", import.meta.url).pathname;
  const tables = (name: string) => globSync(`${outputs}/mlp-*/${name}.csv`).toSorted();
  const { study } = await readStudy({
    ...{ history: tables("history"), cdnv: tables("cdnv"), depth: tables("effective_depth"), probe: tables("probe") },
    ...{ pairs: tables("class_pairs"), curve: tables("depth_curve") },
  });
  return study;
}

/** A test on the report of the default study as a reader has it open; any fault on the page fails it. */
function reportTest(name: string, reader: Reader, test: (page: Page, study: Study) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    fn: () =>
      withFolder(async (folder) => {
        const study = await defaultStudy();
        const [figures, path] = [studyFigures(study), `${folder}/report.html`];
        const claims = { id: "claims", heading: "Claims", content: claimsSection(evaluateClaims(study)) };
        const report = {
          title: "Collapse",
          study,
          sections: [claims],
          figures,
          figuresFolder: "figures",
          provenance: {},
        };
        await Deno.writeTextFile(path, await reportPage(report));
        await using browser = await startChromium();
        const { page, faults } = await openFile(browser, path, reader);
        await drawn(page);
        await test(page, study);
        assert.deepEqual(faults, []);
      }),
  });
}

/** What was measured on a layer of a network, by epoch. */
function measured(study: Study, network: string, split: CdnvRow["split"], layer: number): CdnvRow[] {
  const label = labelOf(study);
  return study.cdnv
    .filter((row) => label(row) === network && row.split === split && row.layer === layer)
    .toSorted((one, other) => one.epoch - other.epoch);
}

/** The layers of a network that the tables name. */
function layersIn(study: Study, network: string): number[] {
  const label = labelOf(study);
  return [...new Set(study.cdnv.filter((row) => label(row) === network).map(({ layer }) => layer))]
    .toSorted((one, other) => one - other);
}

/** Curves of CDNV are those of the tables: a curve a layer, a point an epoch, all at their place on one log axis. */
function assertCurves(curves: readonly Curve[], study: Study, network: string, split: CdnvRow["split"]): void {
  assert.deepEqual(curves.map(layerOf), layersIn(study, network));
  const points = curves.flatMap((curve) => {
    const rows = measured(study, network, split, layerOf(curve));
    assert.equal(curve.points.length, rows.length);
    return curve.points.map(([, y], index) => ({ height: -y, level: Math.log(rows[index]!.cdnv!) }));
  });
  const sorted = points.toSorted((one, other) => one.level - other.level);
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const pixels = (high.height - low.height) / (high.level - low.level);
  assert.ok(pixels > 0);
  for (const { height, level } of points) {
    assert.ok(Math.abs(height - low.height - pixels * (level - low.level)) < 0.1, `${network}, ${split}`);
  }
}

reportTest("the panels in a browser have the curves that the tables have", desktop, async (page, study) => {
  const networks = study.networks.map(({ label }) => label);
  const [first, second, third] = await Promise.all(figureNames.map((name) => readPanels(page, name)));

  assert.equal(first!.length, networks.length + 1);
  networks.forEach((network, index) => assertCurves(first![index]!.curves, study, network, "train"));
  assert.equal(first!.at(-1)!.curves.length, networks.length, "a curve of accuracy a network");

  assert.equal(second!.length, 3 * networks.length);
  for (const [index, network] of networks.entries()) {
    assertCurves(second![index]!.curves, study, network, "train");
    assertCurves(second![networks.length + index]!.curves, study, network, "test");
    const probed = second![2 * networks.length + index]!.curves.filter((curve) => !Number.isNaN(layerOf(curve)));
    assert.deepEqual(probed.map(layerOf), layersIn(study, network));
  }

  assert.equal(third!.length, 2 * networks.length);
  for (const { curves } of third!) assert.equal(curves.length, 2, "the trained and the untrained network");
});

reportTest(
  "a click on a layer in a legend dims the others, one beside the charts shows all",
  desktop,
  async (page, study) => {
    const deepest = study.networks.length - 1;
    const entries = page.locator(`#figure1 .concat_${deepest}_group .layer_legend_labels text`);
    const curvesOfLayers = async () => (await readPanels(page, "figure1")).slice(0, -1).flatMap(({ curves }) => curves);
    assert.ok((await curvesOfLayers()).every(({ opacity }) => opacity === 1));

    const dimmed = page.locator('#figure1 path[aria-roledescription="line mark"]:not([opacity="1"])');
    await entries.nth(1).click();
    await dimmed.first().waitFor({ state: "attached" });
    for (const curve of await curvesOfLayers()) {
      assert.ok(layerOf(curve) === 2 ? curve.opacity === 1 : curve.opacity < 0.2, `${curve.label}: ${curve.opacity}`);
    }
    const accuracies = (await readPanels(page, "figure1")).at(-1)!.curves;
    assert.ok(accuracies.every(({ opacity }) => opacity === 1));

    await page.locator("#figure1 svg.marks").click({ position: { x: 4, y: 4 } });
    await dimmed.first().waitFor({ state: "detached" });
    assert.ok((await curvesOfLayers()).every(({ opacity }) => opacity === 1));
  },
);

for (const reader of [desktop, phone]) {
  const name = `at a width of ${reader.width}, pointing at an epoch shows its numbers, as they stand in the table`;
  reportTest(name, reader, async (page, study) => {
    const deepest = study.networks.length - 1;
    const { label } = study.networks[deepest]!;
    await page.locator(`#figure1 .concat_${deepest}_group`).scrollIntoViewIfNeeded();
    const { curves } = (await readPanels(page, "figure1"))[deepest]!;
    const middle = Math.floor(curves[0]!.points.length / 2);
    const [x, y] = curves[0]!.points[middle]!;
    await page.mouse.move(x, y + 3);
    await page.mouse.move(x + 1, y + 3);
    const tooltip = page.locator("#vg-tooltip-element.visible");
    await tooltip.waitFor();
    const shown = await tooltip.locator("tr").evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent!.trim()))
    );
    const expected = layersIn(study, label).map((layer) => {
      const { cdnv } = measured(study, label, "train", layer)[middle]!;
      return [`Layer ${layer}`, String(Number(cdnv!.toPrecision(3)))];
    });
    const { epoch } = measured(study, label, "train", 1)[middle]!;
    assert.deepEqual(shown, [["Epoch", String(epoch)], ...expected]);
    const { x: left, y: top, width, height } = (await tooltip.boundingBox())!;
    assert.ok(left >= 0 && top >= 0 && left + width <= reader.width && top + height <= reader.height);
    assert.ok(height / shown.length < 24, "a row is no higher than its text needs");
  });
}

reportTest("what a screen reader needs is on the page", desktop, async (page, study) => {
  for (const { name, heading, figure } of studyFigures(study)) {
    const region = page.getByRole("region", { name: `${heading}. ` });
    assert.equal(await region.getAttribute("id"), name);
    const drawing = region.locator('[role="graphics-document"]');
    assert.equal(await drawing.getAttribute("aria-label"), figure.description);
    for (const { curves } of await readPanels(page, name)) {
      for (const { label } of curves) assert.match(label, /: .*; /);
    }
  }
  for (const link of await page.getByRole("navigation").getByRole("link").all()) {
    assert.equal(await page.locator((await link.getAttribute("href"))!).count(), 1);
  }
  const summary = page.getByRole("region", { name: "Networks", exact: true });
  assert.equal(await summary.getByRole("rowheader").count(), study.networks.length);
  const claims = page.getByRole("region", { name: "Claims", exact: true });
  assert.equal(await claims.getByRole("rowheader").count(), paperClaims.length);
  assert.equal(await claims.getByText("holds").first().isVisible(), true);
  const unnamed = await page.locator("img:not([alt]), button:empty, a:empty").count();
  assert.equal(unnamed, 0);
});

reportTest("on a phone nothing is wider than the page, and Figure 1 is one column", phone, async (page, study) => {
  const beyond = () =>
    page.evaluate(() =>
      [...document.body.querySelectorAll("*")]
        .filter((element) => element.parentElement?.closest(".chart, .scroll") === null)
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map((element) => element.outerHTML.slice(0, 80))
    );
  const scrolled = (selector: string) => page.locator(selector).evaluate((one) => one.scrollWidth - one.clientWidth);
  const columns = async () => {
    const lefts = (await readPanels(page, "figure1")).map(({ left }) => left).toSorted((one, other) => one - other);
    return lefts.filter((left, index) => index === 0 || left - lefts[index - 1]! > 100).length;
  };
  assert.deepEqual(await beyond(), []);
  assert.equal(await scrolled("html"), 0);
  assert.equal(await scrolled("#figure1"), 0, "Figure 1 needs no scrolling sideways");
  assert.equal(await columns(), 1);

  await page.setViewportSize(desktop);
  await page.waitForFunction(
    (width) => document.querySelector("#figure1 svg.marks")!.clientWidth > width,
    phone.width * 2,
  );
  assert.equal(await columns(), studyFigures(study)[0]!.figure.columns);
  assert.deepEqual(await beyond(), []);
});

/** The page is in that mode: its ground, its texts, those of its charts, and the curves. */
async function assertMode(page: Page, study: Study, mode: Reader["mode"]): Promise<void> {
  await drawn(page);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(luminance(ground) < 0.05, mode === "dark", ground);
  const texts = await page.evaluate(() => [
    ...[...document.querySelectorAll("h1, h2, p, a, caption, th, dt, dd, figcaption")].map((one) =>
      getComputedStyle(one).color
    ),
    ...[...document.querySelectorAll("svg.marks text")].map((one) => getComputedStyle(one).fill),
  ]);
  for (const color of new Set(texts)) assert.ok(contrast(color, ground) >= 4.5, `${color} on ${ground}`);
  const panels = await readPanels(page, "figure1");
  for (const [index, { label }] of study.networks.entries()) {
    const expected = layerColors(layersIn(study, label).length, mode).map((color) =>
      `rgb(${color.match(/[0-9a-f]{2}/gi)!.map((channel) => parseInt(channel, 16)).join(", ")})`
    );
    assert.deepEqual(panels[index]!.curves.map(({ stroke }) => stroke), expected);
  }
}

reportTest(
  "on a dark system the report is dark, and its button makes it light",
  { ...desktop, mode: "dark" },
  async (page, study) => {
    await assertMode(page, study, "dark");
    await page.getByRole("button", { name: "Light mode" }).click();
    await assertMode(page, study, "light");
    await page.getByRole("button", { name: "Dark mode" }).click();
    await assertMode(page, study, "dark");
  },
);

Deno.test({
  name: "a page's errors, and what it asks the network for, are noticed",
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      const path = `${folder}/page.html`;
      await Deno.writeTextFile(
        path,
        `<link rel="icon" href="data:,"><img src="missing.png"><script>undefined_()</script>`,
      );
      await using browser = await startChromium();
      const { faults } = await openFile(browser, path, desktop);
      assert.ok(faults.some((fault) => fault.startsWith("exception: undefined_ ")), faults.join("\n"));
      assert.ok(faults.includes(`request: file://${folder}/missing.png`), faults.join("\n"));
    }),
});
