import { fromCSV, table } from "arquero";

/**
 * A row of a table by column. `null` is an empty cell; a truth value is the text `true` or `false`. Cells that read as a
 * decimal number are numbers, all others text, so a text like `1` does not survive a file.
 */
export type Row = Record<string, number | string | null>;

/** A decimal number as JSON writes it; `007` and `1,5` are text. */
const decimal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Writes a CSV file (RFC 4180, `\n` line ends) with a header line. Numbers have the shortest decimals that read back to the
 * same float64.
 *
 * @throws {Error} where a row lacks a column, has one that `columns` does not name, or holds NaN or an infinity (a quantity
 * without a value is `null`)
 */
export async function writeTable(path: string, columns: readonly string[], rows: readonly Row[]): Promise<void> {
  const cells = Object.fromEntries(
    columns.map((column) => [column, rows.map((row, at) => cell(path, row, at, column))]),
  );
  rows.forEach((row, at) => {
    const extra = Object.keys(row).find((column) => !columns.includes(column));
    if (extra !== undefined) {
      throw new Error(`${path}: row ${at + 1} has a column "${extra}"; expected ${columns.join(", ")}`);
    }
  });
  await Deno.writeTextFile(path, table(cells, [...columns]).toCSV());
}

/**
 * Reads a CSV file with a header line.
 *
 * @returns the rows in file order, each with every column
 * @throws {Error} naming the file where it cannot be read, has no header line, or a row has fewer cells than that
 */
export async function readTable(path: string): Promise<Row[]> {
  const text = await Deno.readTextFile(path);
  if (text.trim() === "") throw new Error(`${path}: an empty file, expected a CSV table with a header line`);
  const read = fromCSV(text, { autoType: false });
  return (read.objects() as Record<string, string | null | undefined>[]).map((row, at) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => {
        // An empty cell is null; a cell that is not there is undefined.
        if (value === undefined) throw new Error(`${path}: row ${at + 1} ends before the column "${column}"`);
        if (value === null || value === "") return [column, null];
        return [column, decimal.test(value) ? Number(value) : value];
      }),
    )
  );
}

function cell(path: string, row: Row, at: number, column: string): number | string | null {
  const value = row[column];
  if (value === undefined) throw new Error(`${path}: row ${at + 1} lacks the column "${column}"`);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Error(`${path}: row ${at + 1}, column "${column}" is ${value}; a quantity without a value is null`);
  }
  return value;
}
