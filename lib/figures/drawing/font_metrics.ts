/** How wide texts in one font face are. */
export interface FontMetrics {
  /** The width of a text in pixels at a font size in pixels; kerning is left out. */
  width(text: string, size: number): number;
}

/**
 * Reads the advance widths of a TrueType font (tables head, hhea, hmtx and cmap of the OpenType specification, 1.9).
 *
 * @param bytes the whole font file
 * @param name what to call the file in errors
 * @throws Error where a table is missing or the character map has no format 4 or 12
 */
export function readFontMetrics(bytes: Uint8Array, name: string): FontMetrics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = (tag: string): number => {
    for (let index = 0; index < view.getUint16(4); index++) {
      const entry = 12 + 16 * index;
      if (String.fromCharCode(...bytes.subarray(entry, entry + 4)) === tag) return view.getUint32(entry + 8);
    }
    throw new Error(`${name} is not a TrueType font: it has no table ${tag}`);
  };
  const unitsPerEm = view.getUint16(table("head") + 18);
  const measured = view.getUint16(table("hhea") + 34);
  const widths = table("hmtx");
  const advance = (glyph: number) => view.getUint16(widths + 4 * Math.min(glyph, measured - 1));
  const glyphOf = characterMap(view, table("cmap"), name);
  return {
    width: (text, size) => {
      let units = 0;
      for (const character of text) units += advance(glyphOf(character.codePointAt(0)!));
      return units * size / unitsPerEm;
    },
  };
}

function characterMap(view: DataView, start: number, name: string): (code: number) => number {
  const subtables = Array.from(
    { length: view.getUint16(start + 2) },
    (_, index) => start + view.getUint32(start + 4 + 8 * index + 4),
  );
  const full = subtables.find((subtable) => view.getUint16(subtable) === 12);
  if (full !== undefined) return segmentedCoverage(view, full);
  const plane = subtables.find((subtable) => view.getUint16(subtable) === 4);
  if (plane !== undefined) return segmentMapping(view, plane);
  throw new Error(`${name}: the font's character map is of no known format, expected 4 or 12`);
}

/** Format 12: groups of (first code, last code, first glyph). */
function segmentedCoverage(view: DataView, start: number): (code: number) => number {
  return (code) => {
    for (let group = 0; group < view.getUint32(start + 12); group++) {
      const entry = start + 16 + 12 * group;
      if (code >= view.getUint32(entry) && code <= view.getUint32(entry + 4)) {
        return view.getUint32(entry + 8) + code - view.getUint32(entry);
      }
    }
    return 0;
  };
}

/** Format 4: four parallel lists of last codes, first codes, deltas and offsets. */
function segmentMapping(view: DataView, start: number): (code: number) => number {
  const doubled = view.getUint16(start + 6);
  const [lasts, firsts] = [start + 14, start + 16 + doubled];
  const [deltas, offsets] = [firsts + doubled, firsts + 2 * doubled];
  return (code) => {
    for (let segment = 0; segment < doubled; segment += 2) {
      if (code > view.getUint16(lasts + segment)) continue;
      const first = view.getUint16(firsts + segment);
      if (code < first) return 0;
      const delta = view.getUint16(deltas + segment);
      const offset = view.getUint16(offsets + segment);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = view.getUint16(offsets + segment + offset + 2 * (code - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
