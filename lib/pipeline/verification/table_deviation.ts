import type { NumberExactness, Tolerance } from "../file/exactness.ts";
import { excess } from "./agreement.ts";
import { rowsOf } from "../values/rows.ts";
import type { Deviation } from "./difference.ts";

/**
 * Cells of a CSV table that differ by more than the tolerance of their column. Rows are counted from 1 below the header.
 *
 * @param part `beginning`: the table that was computed again has fewer rows, which have to be the first ones; of these, cells
 * that are a number in both tables are compared, since texts may tell of what is not done yet
 */
export function tableDeviations(
  here: string,
  again: string,
  exactness: NumberExactness,
  part: "all" | "beginning" = "all",
): Deviation[] {
  const [header = [], ...rows] = rowsOf(here);
  const [otherHeader = [], ...otherRows] = rowsOf(again);
  if (header.join() !== otherHeader.join()) {
    return [{ place: "the header", here: header.join(), again: otherHeader.join() }];
  }
  const deviations: Deviation[] = [];
  if (part === "beginning" ? otherRows.length > rows.length : otherRows.length !== rows.length) {
    deviations.push({ place: "the number of rows", here: String(rows.length), again: String(otherRows.length) });
  }
  for (let row = 0; row < Math.min(rows.length, otherRows.length); row++) {
    const [cells, others] = [rows[row]!, otherRows[row]!];
    for (let column = 0; column < Math.max(cells.length, others.length); column++) {
      const tolerance = exactness.columns.get(header[column] ?? "")?.exactness ?? exactness;
      if ("unchecked" in tolerance) continue;
      if (part === "beginning" && ![cells[column], others[column]].every(isNumber)) continue;
      const deviation = cellDeviation(cells[column], others[column], tolerance);
      if (deviation === undefined) continue;
      deviations.push({ place: `row ${row + 1}, column ${header[column] ?? column + 1}`, ...deviation });
    }
  }
  return deviations;
}

/** The names of a CSV table's columns. */
export function columnNames(text: string): readonly string[] {
  return rowsOf(text)[0] ?? [];
}

/** A decimal number as JSON writes it. */
const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function isNumber(cell: string | undefined): cell is string {
  return cell !== undefined && DECIMAL.test(cell);
}

function cellDeviation(
  here: string | undefined,
  again: string | undefined,
  tolerance: Tolerance,
): Deviation | undefined {
  if (here === again) return undefined;
  const texts = { here: cellText(here), again: cellText(again) };
  if (!isNumber(here) || !isNumber(again)) return texts;
  const distance = excess(Number(here), Number(again), tolerance);
  return distance === undefined ? undefined : { ...texts, distance };
}

function cellText(cell: string | undefined): string {
  return cell === undefined ? "no cell" : cell === "" ? "an empty cell" : cell;
}
