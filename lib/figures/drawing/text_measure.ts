import * as vega from "vega";
import { type FontFace, fontFaces } from "./font.ts";
import { readFontMetrics } from "./font_metrics.ts";

/** What Vega hands to a width function: a text mark, with its font. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
}

/** Vega's seam for measuring text where there is no canvas; exported by vega, yet not in its types. */
const { textMetrics } = vega as unknown as {
  readonly textMetrics: { width: (item: TextItem, text: unknown) => number };
};

let measuring = false;

/**
 * Makes Vega measure text by the font's own widths. Without a canvas it assumes 0.8 em a character, half as much again as
 * Inter takes, and leaves wide gaps beside axes and legends.
 *
 * @throws Error where a font file cannot be read
 */
export async function measureWithFont(): Promise<void> {
  if (measuring) return;
  const [regular, semibold] = await Promise.all(fontFaces.map(metrics)) as [Metrics, Metrics];
  textMetrics.width = (item, text) => {
    const weight = item.fontWeight ?? 400;
    const face = weight === "bold" || Number(weight) >= 600 ? semibold : regular;
    return face.width(Array.isArray(text) ? text.join(" ") : String(text ?? ""), item.fontSize ?? 11);
  };
  measuring = true;
}

type Metrics = ReturnType<typeof readFontMetrics>;

async function metrics(face: FontFace): Promise<Metrics> {
  return readFontMetrics(await Deno.readFile(face.path), face.path);
}
