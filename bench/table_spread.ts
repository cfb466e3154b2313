/** How far the rows of equal tables, of several runs, lie apart. */
import type { Row } from "../lib/formats/table.ts";

/** The largest distances in a column, each over all rows. */
export interface Spread {
  /** The column. */
  readonly column: string;
  /** Largest minus least number of a row. */
  readonly absolute: number;
  /** The same of the logarithms to base 10; infinite where one is 0 or negative. */
  readonly decades: number;
  /** True: texts or empty cells differ as well. */
  readonly texts: boolean;
  /** The row in which the numbers are most decades apart. */
  readonly row: Row;
}

/**
 * The spread of each column that is not the same in all runs. The untrained network, epoch 0, is left out: another seed gives
 * it other weights, but a re-run the same.
 *
 * @param runs the same table of each run
 */
export function spreads(runs: readonly (readonly Row[])[]): Spread[] {
  const [first = []] = runs;
  const rows = first.map((_, index) => runs.map((run) => run[index]!)).filter(([row]) => row!.epoch !== 0);
  return Object.keys(first[0] ?? {}).filter((column) => column !== "seed").flatMap((column) => {
    const cells = rows.map((versions) => versions.map((row) => row[column]!));
    if (cells.every((values) => values.every((value) => value === values[0]))) return [];
    const apart = cells.map((values) => numbersApart(values.filter((value) => typeof value === "number")));
    const decades = apart.map((distance) => distance.decades);
    const worst = decades.indexOf(Math.max(...decades));
    return [{
      column,
      absolute: Math.max(...apart.map((distance) => distance.absolute)),
      decades: decades[worst]!,
      texts: cells.some((values) => values.some((value) => typeof value !== "number" && value !== values[0])),
      row: rows[worst]![0]!,
    }];
  });
}

function numbersApart(values: readonly number[]): { readonly absolute: number; readonly decades: number } {
  if (values.length === 0) return { absolute: 0, decades: 0 };
  const [least, largest] = [Math.min(...values), Math.max(...values)];
  const decades = least === largest ? 0 : least > 0 ? Math.log10(largest / least) : Infinity;
  return { absolute: largest - least, decades };
}
