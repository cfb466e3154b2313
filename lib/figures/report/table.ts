import { type Markup, markup } from "../markup.ts";

/** What a table of numbers holds in a cell. */
export type Cell = number | string | null;

/** A column: its heading, in up to two lines, and the cell it makes of a row. */
export type Column<R> = readonly [heading: string, cell: (row: R) => Markup];

/**
 * A table that scrolls by itself where it is wider than the page.
 *
 * @param name for readers who do not see it
 */
export function table<R>(
  name: string,
  caption: string | null,
  columns: readonly Column<R>[],
  rows: readonly R[],
): Markup {
  const heading = (text: string) => {
    const [first = "", second] = text.split("\n");
    return markup`<th scope="col">${first}${second === undefined ? null : markup`<br>${second}`}</th>`;
  };
  return markup`<div class="scroll" role="region" tabindex="0" aria-label="${name}"><table>
${caption === null ? null : markup`<caption>${caption}</caption>`}
<thead><tr>${columns.map(([text]) => heading(text))}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${columns.map(([, cell]) => cell(row))}</tr>\n`)}</tbody>
</table></div>`;
}

/** A cell of data. */
export function data(text: Cell): Markup {
  return markup`<td>${text}</td>`;
}

/** An accuracy in four decimals; a dash where there is none. */
export function accuracy(value: Cell): string {
  return typeof value === "number" ? value.toFixed(4) : "–";
}

/** Three significant digits, without an exponent where the number is of common size; a dash where there is none. */
export function significant(value: Cell): string {
  if (typeof value !== "number") return "–";
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential(2);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
