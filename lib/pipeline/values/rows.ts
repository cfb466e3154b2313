/**
 * The cells of a table by RFC 4180, each a text. Every one of them: a reader that drops what goes beyond the header would
 * not see it altered.
 */
export function rowsOf(text: string, separator: "," | "\t" = ","): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(CELLS[separator])) {
    // What follows the last line end is no row.
    if (end === "" && row.length === 0 && plain === "" && quoted === undefined) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === separator) continue;
    rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}

const CELLS = {
  ",": /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g,
  "\t": /(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r?\n|$)/g,
};
