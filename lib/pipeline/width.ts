const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** East Asian wide characters and emoji: two columns each on a terminal. */
const WIDE = /^[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u;

/** A sequence that colours what follows. */
// deno-lint-ignore no-control-regex
const COLOR = /(\x1b\[[\d;]*m)/;
const RESET = "\x1b[0m";

/** Columns that a text takes on a terminal; colours take none. */
export function widthOf(text: string): number {
  return text.split(COLOR).reduce((width, part) => COLOR.test(part) ? width : width + plainWidth(part), 0);
}

/** The text, cut with an ellipsis where it is wider than `columns`. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return "";
  let width = 0;
  let kept = "";
  for (const part of text.split(COLOR)) {
    if (COLOR.test(part)) {
      kept += part;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      width += columnsOf(segment);
      if (width > columns - 1) return `${kept.trimEnd()}…${text.includes(RESET[0]!) ? RESET : ""}`;
      kept += segment;
    }
  }
  return kept;
}

/** Plain text, cut in its middle where it is wider than `columns`: the names of a group differ at their end. */
export function cutMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let end = "";
  for (const { segment } of [...graphemes.segment(text)].toReversed()) {
    if (widthOf(segment + end) > (columns - 1) / 2) break;
    end = segment + end;
  }
  return cut(text, columns - widthOf(end)) + end;
}

/** The text in lines of at most `columns`, for what must be read in full; broken behind spaces where there are any. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  let words = 0; // Where the last word of the line starts.
  for (const part of text.split(COLOR)) {
    if (COLOR.test(part)) {
      line += part;
      continue;
    }
    for (const { segment } of graphemes.segment(part)) {
      if (width + columnsOf(segment) > columns) {
        const end = words || line.length;
        lines.push(line.slice(0, end));
        line = line.slice(end);
        [width, words] = [widthOf(line), 0];
      }
      line += segment;
      width += columnsOf(segment);
      if (segment === " " && line.trim() !== "") words = line.length;
    }
  }
  return [...lines, line];
}

/** The text, followed by spaces up to `columns`. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

function plainWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += columnsOf(segment);
  return width;
}

function columnsOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}
