import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import compare from "../../../stages/compare.ts";
import { findChromium, openFile, type Reader, startChromium } from "../report/browser.ts";
import { drawn } from "../report/charts.ts";
import { contrast, luminance } from "../report/contrast.ts";
import { withFolder } from "../sample_study.ts";
import { writeStudy } from "./sample_studies.ts";

// Continuous integration installs it, so that a skip there would be a fault.
const ignore = Deno.env.get("CI") === undefined && await findChromium() === undefined;
if (ignore) {
  console.log(
    "The tests of the comparison in a browser are skipped: they need Chromium (Debian: chromium), or set CHROMIUM",
  );
}

const desktop: Reader = { width: 1280, height: 900, mode: "light" };
const phone: Reader = { width: 390, height: 844, mode: "light" };

/** A test on the page of two studies as a reader has it open; any fault on the page fails it. */
function pageTest(name: string, reader: Reader, test: (page: Page) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    fn: () =>
      withFolder(async (folder) => {
        const studies = [`${folder}/outputs`, `${folder}/studies/seeds/outputs`];
        await writeStudy(studies[0]!, { depths: [2, 4, 8], epochs: 2 });
        await writeStudy(studies[1]!, { depths: [2, 4, 8], seeds: [0, 1, 2], epochs: 3 });
        await compare.run({
          with: compare.parameters.parse({ zoom: 1 }),
          deps: {
            tables: studies.map((path) => `${path}/tables`),
            claims: studies.map((path) => `${path}/claims.json`),
          },
          outs: { figures: `${folder}/figures`, tables: `${folder}/tables`, report: `${folder}/report.html` },
          resources: { cpus: 1, gpus: 0, memory: 0, machineMemory: 1e12 },
          progress: () => {},
          signal: new AbortController().signal,
        });
        await using browser = await startChromium();
        const { page, faults } = await openFile(browser, `${folder}/report.html`, reader);
        await drawn(page);
        await test(page);
        assert.deepEqual(faults, []);
      }),
  });
}

/** Points at a mark; what the tooltip says, by its titles. */
async function tooltipOf(page: Page, selector: string): Promise<Record<string, string>> {
  const mark = page.locator(selector).first();
  await mark.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await mark.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height / 2 - 1);
  await page.mouse.move(x + width / 2, y + height / 2);
  const tooltip = page.locator("#vg-tooltip-element.visible");
  await tooltip.waitFor();
  const cut = await tooltip.locator("td.value").evaluateAll((cells) =>
    cells.filter((cell) => cell.scrollHeight > cell.clientHeight + 1).map(({ textContent }) => textContent)
  );
  assert.deepEqual(cut, [], "a tooltip shows all of its text");
  const rows = await tooltip.locator("tr").evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll("td")].map(({ textContent }) => textContent!.trim()))
  );
  return Object.fromEntries(rows.map(([title, text]) => [title!.replace(/:$/, ""), text!]));
}

pageTest(
  "pointing at a verdict says what was found, by what margin, and what differs from the paper",
  desktop,
  async (page) => {
    const tooltip = await tooltipOf(page, '#verdicts path[aria-roledescription="rect mark"]');
    assert.deepEqual(Object.keys(tooltip), [
      ...["Claim", "Study", "Verdict", "Margin", "Found", "Differs from the paper in"],
    ]);
    assert.deepEqual([tooltip.Study, tooltip.Verdict], ["default", "holds"]);
    assert.match(tooltip.Margin!, /^[\d.]+ decades$/);
    assert.match(tooltip["Differs from the paper in"]!, /data set: MNIST \(in the paper CIFAR-10\)/);
  },
);

pageTest("pointing at a mean says its interval and each seed", desktop, async (page) => {
  const tooltip = await tooltipOf(
    page,
    '#last_layer_cdnv path[aria-roledescription="point"][aria-label*="Study: seeds"]',
  );
  assert.equal(tooltip.Study, "seeds");
  assert.match(tooltip["Mean [95 % interval]"]!, /^[\d.]+ \[[\d.]+, [\d.]+\]$/);
  assert.match(tooltip["Each seed"]!, /^0: [\d.]+, 1: [\d.]+, 2: [\d.]+$/);
});

pageTest("what a screen reader needs is on the page of a comparison", desktop, async (page) => {
  for (const name of ["verdicts", "effective_depth", "last_layer_cdnv", "differences"]) {
    const drawing = page.locator(`#${name} [role="graphics-document"]`);
    assert.ok((await drawing.getAttribute("aria-label"))!.length > 100);
  }
  for (const link of await page.getByRole("navigation").getByRole("link").all()) {
    assert.equal(await page.locator((await link.getAttribute("href"))!).count(), 1);
  }
  const networks = page.getByRole("region", { name: "Networks of all studies", exact: true });
  assert.equal(await networks.getByRole("rowheader").count(), 2 + 6);
  assert.equal(await page.locator("button:empty, a:empty, th:not([scope])").count(), 0);
});

pageTest(
  "on a phone nothing of a comparison is wider than the page, and panels are one column",
  phone,
  async (page) => {
    const beyond = await page.evaluate(() =>
      [...document.body.querySelectorAll("*")]
        .filter((element) => element.parentElement?.closest(".chart, .scroll") === null)
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
        .map((element) => element.outerHTML.slice(0, 80))
    );
    assert.deepEqual(beyond, []);
    for (const name of ["effective_depth", "last_layer_cdnv"]) {
      const scrolled = await page.locator(`#${name}`).evaluate((chart) => chart.scrollWidth - chart.clientWidth);
      assert.equal(scrolled, 0, `${name} needs no scrolling sideways`);
    }
  },
);

pageTest(
  "on a dark system the page of a comparison is dark, and its texts are read",
  { ...desktop, mode: "dark" },
  async (page) => {
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.ok(luminance(ground) < 0.05, ground);
    const texts = await page.evaluate(() => [
      ...[...document.querySelectorAll("h1, h2, p, a, caption, th, td, summary")].map((one) =>
        getComputedStyle(one).color
      ),
      ...[...document.querySelectorAll("svg.marks text")].map((one) => getComputedStyle(one).fill),
    ]);
    for (const color of new Set(texts)) assert.ok(contrast(color, ground) >= 4.5, `${color} on ${ground}`);
  },
);
