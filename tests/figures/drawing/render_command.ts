/** Draws a figure of the sample study in a process of its own: prints the digests of its SVG and its PNG. */
import { renderPng, renderSvg } from "../../../lib/figures/drawing/rendering.ts";
import { studyFigures } from "../../../lib/figures/study_figures.ts";
import { sampleStudy } from "../sample_study.ts";

async function digest(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

for (const { figure } of studyFigures(await sampleStudy({ depths: [2, 4], epochs: 3 }))) {
  const svg = await renderSvg(figure);
  console.log(await digest(new TextEncoder().encode(svg)), await digest(renderPng(svg, 2)));
}
