import assert from "node:assert/strict";
import { Resvg } from "@resvg/resvg-js";
import { fontFaces } from "../../../lib/figures/drawing/font.ts";
import { readFontMetrics } from "../../../lib/figures/drawing/font_metrics.ts";

/** The width of a text as the renderer sets it: how far a bar after the text is pushed to the right. */
function drawnWidth(text: string, weight: number, size: number): number {
  const at = (content: string) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text x="10" y="50" ` +
      `font-family="Inter" font-weight="${weight}" font-size="${size}">${content}|</text></svg>`;
    const font = { loadSystemFonts: false, fontFiles: fontFaces.map((face) => face.path) };
    const box = new Resvg(svg, { font }).innerBBox()!;
    return box.x + box.width;
  };
  return at(text) - at("");
}

for (const { weight, path } of fontFaces) {
  Deno.test(`readFontMetrics() measures weight ${weight} as the renderer draws it`, async () => {
    const metrics = readFontMetrics(await Deno.readFile(path), path);
    for (const text of ["Train CDNV", "Depth 16", "10⁻⁴", "MNIST · MLP of width 100", "0.0001"]) {
      const [measured, drawn] = [metrics.width(text, 40), drawnWidth(text, weight, 40)];
      // Kerning, which the metrics leave out, moves letters by a few hundredths of an em.
      assert.ok(Math.abs(measured - drawn) < 0.05 * drawn + 1, `${text}: ${measured} measured, ${drawn} drawn`);
    }
  });
}

Deno.test("readFontMetrics() says which file is no font", () => {
  assert.throws(() => readFontMetrics(new Uint8Array(64), "fonts/a.ttf"), {
    message: "fonts/a.ttf is not a TrueType font: it has no table head",
  });
});
