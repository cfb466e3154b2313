import { Resvg } from "@resvg/resvg-js";
import { logger, parse, resetSVGDefIds, View, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { fontFaces } from "./font.ts";
import { markup } from "../markup.ts";
import { measureWithFont } from "./text_measure.ts";
import type { Figure } from "../figure.ts";

/**
 * Draws a figure as SVG, without a browser or canvas. The bytes depend on the figure alone.
 *
 * @throws Error where Vega-Lite or Vega finds a mistake in the figure; warnings count as mistakes
 */
export async function renderSvg(figure: Figure): Promise<string> {
  await measureWithFont();
  const complaints: string[] = [];
  const log = logger(Warn, undefined, (_method, _level, messages) => complaints.push(messages.map(String).join(" ")));
  let svg = "";
  try {
    const { spec } = compile(figure as unknown as TopLevelSpec, { logger: log });
    const view = new View(parse(spec), { renderer: "none", logger: log });
    // Vega numbers clip paths through its whole life; a figure's bytes must not tell what was drawn before.
    resetSVGDefIds();
    svg = await view.toSVG();
    view.finalize();
  } catch (error) {
    complaints.push(error instanceof Error ? error.message : String(error));
  }
  if (complaints.length > 0) throw new Error(`The figure was not drawn: ${complaints.join("; ")}`);
  return svg.replace("<svg ", markup`<svg role="img" aria-label="${figure.description}" `.markup);
}

/**
 * Draws an SVG as PNG on white, with the fonts of the npm package and none of the machine's.
 *
 * @param zoom pixels of the image per pixel of the SVG
 */
export function renderPng(svg: string, zoom: number): Uint8Array {
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: { loadSystemFonts: false, fontFiles: fontFaces.map((face) => face.path), defaultFontFamily: "Inter" },
    background: "#ffffff",
  });
  return resvg.render().asPng();
}
