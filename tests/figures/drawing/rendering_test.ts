import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import type { Figure, Part } from "../../../lib/figures/figure.ts";
import { fontFaces } from "../../../lib/figures/drawing/font.ts";
import { renderPng, renderSvg } from "../../../lib/figures/drawing/rendering.ts";
import { studyFigures } from "../../../lib/figures/study_figures.ts";
import { sampleStudy } from "../sample_study.ts";
import type { SampleStudy } from "../sample_tables.ts";

const font = { loadSystemFonts: false, fontFiles: fontFaces.map((face) => face.path) };

async function figures(of: SampleStudy): Promise<readonly (readonly [string, Figure])[]> {
  return studyFigures(await sampleStudy(of)).map(({ name, figure }) => [name, figure] as const);
}

async function renderInProcess(): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./render_command.ts", import.meta.url).pathname],
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("SVG and PNG are byte-identical across processes", async () => {
  const [first, second] = await Promise.all([renderInProcess(), renderInProcess()]);
  assert.equal(first.trim().split("\n").length, (await figures({ depths: [2, 4], epochs: 3 })).length);
  assert.equal(first, second);
});

Deno.test("a figure drawn after another has the bytes it has when drawn first", async () => {
  const [[, one], [, two]] = (await figures({ depths: [2], epochs: 3 })) as [[string, Figure], [string, Figure]];
  const first = await renderSvg(one);
  await renderSvg(two);
  assert.equal(await renderSvg(one), first);
});

Deno.test("long trainings and early probes, whose first epochs lie off the axis, make images", async () => {
  const snapshots = Array.from({ length: 60 }, (_, index) => Math.round(500 * (index / 59) ** 2));
  for (const probes of [[500], [0, 1, 2, 4]]) {
    for (const [name, figure] of await figures({ depths: [2, 16], epochs: 500, snapshots, probes })) {
      assert.ok(renderPng(await renderSvg(figure), 0.5).length > 5000, name);
    }
  }
});

Deno.test("nothing of a figure is cut off at its edges", async (test) => {
  const studies: Record<string, SampleStudy> = {
    "one depth": { depths: [8], epochs: 4 },
    "eight depths": { depths: [1, 2, 3, 4, 5, 6, 8, 16], epochs: 4 },
    "depths measured once": { depths: [2, 4], epochs: 3, snapshots: [3] },
    "three datasets": { datasets: ["mnist", "fashion-mnist", "cifar-10"], depths: [16], epochs: 4, seeds: [0, 1] },
  };
  for (const [study, of] of Object.entries(studies)) {
    for (const [name, figure] of await figures(of)) {
      await test.step(`${name} of ${study}`, async () => {
        // Without its background, what remains of the SVG's box is what is drawn.
        const svg = (await renderSvg(figure)).replace(/<rect[^>]*fill="#ffffff"[^>]*>(<\/rect>)?/, "");
        const drawing = new Resvg(svg, { font });
        const box = drawing.innerBBox()!;
        assert.ok(box.x >= 4 && box.y >= 4, `begins at ${box.x}, ${box.y}`);
        assert.ok(box.x + box.width <= drawing.width - 4, `ends at ${box.x + box.width} of ${drawing.width}`);
        assert.ok(box.y + box.height <= drawing.height - 4, `ends at ${box.y + box.height} of ${drawing.height}`);
      });
    }
  }
});

Deno.test("text is drawn with the bundled font", async () => {
  const [[, figure]] = (await figures({ depths: [2], epochs: 2 })) as [[string, Figure]];
  const svg = await renderSvg(figure);
  const title = /<text[^>]*>Figure 1: [^<]*<\/text>/.exec(svg)!;
  const alone = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="60"><g transform="translate(5,30)">${
    title[0].replace(/transform="[^"]*"/, "")
  }</g></svg>`;
  assert.ok(new Resvg(alone, { font }).innerBBox()!.width > 300);
  assert.equal(new Resvg(alone, { font: { loadSystemFonts: false } }).innerBBox(), undefined);
});

Deno.test("an SVG says what it shows to readers who do not see it", async () => {
  const [[, figure]] = (await figures({ depths: [2], epochs: 2 })) as [[string, Figure]];
  const root = /<svg[^>]*>/.exec(await renderSvg(figure))![0];
  assert.match(root, /role="img"/);
  assert.match(root, /aria-label="Line charts, one a network: /);
});

Deno.test("a PNG has the pixels that the zoom asks for", async () => {
  const [[, figure]] = (await figures({ depths: [2], epochs: 2 })) as [[string, Figure]];
  const svg = await renderSvg(figure);
  const width = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset).getUint32(16);
  assert.equal(width(renderPng(svg, 2)), 2 * width(renderPng(svg, 1)));
});

Deno.test("renderSvg() refuses a figure with a mistake or a doubt, and names it", async () => {
  const [[, figure]] = (await figures({ depths: [2], epochs: 2 })) as [[string, Figure]];
  const x = { field: "epoch", type: "quantitative" };
  const refused = (panel: Part, message: RegExp) => assert.rejects(renderSvg({ ...figure, concat: [panel] }), message);
  await refused({ mark: "line", encoding: { x: { ...x, type: "quantity" } } }, /not drawn: Invalid field type/);
  await refused({ mark: "line", encoding: { x, z: x } }, /not drawn: z-encoding/);
});
