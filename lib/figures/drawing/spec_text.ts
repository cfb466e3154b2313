import type { Figure } from "../figure.ts";

/** Values that fit in a line of this many characters are not broken up. */
const lineLength = 120;

/** A figure as the text of a `.vl.json` file: indented, yet a row of data in one line, so that a change shows as a line. */
export function specText(figure: Figure): string {
  return `${laidOut(figure, "")}\n`;
}

function laidOut(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== "object" || value === null || indent.length + line.length <= lineLength) return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = Array.isArray(value) ? value.map((entry) => laidOut(entry, inner)) : Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) => `${JSON.stringify(key)}: ${laidOut(entry, inner)}`);
  return `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}
