import type { Row } from "../../formats/table.ts";

/** The cells of one row, read by name and kind. */
export class Cells {
  readonly #row: Row;
  readonly #place: string;

  /**
   * The cells of a row.
   *
   * @param place where the row stands, for errors, as `history.csv, row 3`
   */
  constructor(row: Row, place: string) {
    this.#row = row;
    this.#place = place;
  }

  /**
   * A name.
   *
   * @throws Error where the cell is empty
   */
  text(column: string): string {
    const cell = this.#cell(column);
    if (cell === null) throw new Error(`${this.#place}: the column ${column} is empty, expected a name`);
    return String(cell);
  }

  /**
   * A number.
   *
   * @throws Error where the cell is empty or holds something else
   */
  number(column: string): number {
    const cell = this.optional(column);
    if (cell === null) throw new Error(`${this.#place}: the column ${column} is empty, expected a number`);
    return cell;
  }

  /**
   * A number, or null where the cell is empty.
   *
   * @throws Error where the cell holds something else
   */
  optional(column: string): number | null {
    const cell = this.#cell(column);
    if (cell === null) return null;
    if (typeof cell !== "number" || !Number.isFinite(cell)) {
      throw new Error(
        `${this.#place}: the column ${column} holds ${JSON.stringify(cell)}, expected a number or nothing`,
      );
    }
    return cell;
  }

  /**
   * A number, or another where the table has no such column.
   *
   * @throws Error where the cell is empty or holds something else
   */
  numberOr(column: string, absent: number): number {
    return this.#row[column] === undefined ? absent : this.number(column);
  }

  /** A text, or another where the cell is empty or the table has no such column. */
  textOr(column: string, absent: string): string {
    return String(this.#row[column] ?? absent);
  }

  /**
   * One of some words.
   *
   * @throws Error where the cell holds another
   */
  oneOf<const T extends string>(column: string, choices: readonly T[]): T {
    const cell = this.#cell(column);
    const choice = choices.find((candidate) => candidate === cell);
    if (choice === undefined) {
      const expected = choices.join(" or ");
      throw new Error(`${this.#place}: the column ${column} holds ${JSON.stringify(cell)}, expected ${expected}`);
    }
    return choice;
  }

  /**
   * One of some words, or another of them where the table has no such column.
   *
   * @throws Error where the cell holds another
   */
  oneOfOr<const T extends string>(column: string, choices: readonly T[], absent: T): T {
    return this.#row[column] === undefined ? absent : this.oneOf(column, choices);
  }

  #cell(column: string): string | number | null {
    const cell = this.#row[column];
    if (cell === undefined) {
      const columns = Object.keys(this.#row).join(", ");
      throw new Error(`${this.#place}: there is no column ${column}; the columns are ${columns}`);
    }
    return cell;
  }
}
