import type { Figure } from "../figure.ts";
import { renderPng, renderSvg } from "./rendering.ts";
import { specText } from "./spec_text.ts";

/**
 * Writes a figure into a folder that exists: as a Vega-Lite specification, as SVG and as PNG.
 *
 * @param name the files' name without its ending
 * @param zoom pixels of the PNG per pixel of the SVG
 * @throws Error where the figure cannot be drawn
 */
export async function writeFigure(folder: string, name: string, figure: Figure, zoom: number): Promise<void> {
  const svg = await renderSvg(figure);
  await Deno.writeTextFile(`${folder}/${name}.vl.json`, specText(figure));
  await Deno.writeTextFile(`${folder}/${name}.svg`, svg);
  await Deno.writeFile(`${folder}/${name}.png`, renderPng(svg, zoom));
}
