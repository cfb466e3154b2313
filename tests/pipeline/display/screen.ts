/** What a terminal shows: enough of one to read back what a program drew. */
export class Screen {
  readonly #columns: number;
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  #wraps = true;
  /** Whether the cursor is shown. */
  cursor = true;
  /** Lines that a program made longer than the terminal is wide: those the terminal broke in two. */
  readonly broken: string[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The lines, without trailing spaces and empty lines at the end. */
  get lines(): string[] {
    const lines = this.#lines.map((line) => Array.from(line, (character) => character ?? " ").join("").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  write(text: string): void {
    // deno-lint-ignore no-control-regex
    for (const [part] of text.matchAll(/\x1b\[[?\d;]*[A-Za-z]|[^\x1b]/gu)) {
      if (part.length > 1 && part.startsWith("\x1b")) this.#control(part);
      else if (part === "\n") this.#down();
      else if (part === "\r") this.#column = 0;
      else this.#put(part);
    }
  }

  #put(character: string): void {
    if (this.#column >= this.#columns) {
      if (!this.#wraps) {
        this.#column = this.#columns - 1;
      } else {
        this.broken.push(this.lines[this.#row]!);
        this.#down();
      }
    }
    this.#lines[this.#row]![this.#column] = character;
    this.#column += 1;
  }

  /** A line end is also a carriage return: the terminal's driver (`onlcr`) sees to that. */
  #down(): void {
    this.#row += 1;
    this.#column = 0;
    this.#lines[this.#row] ??= [];
  }

  #control(sequence: string): void {
    const count = Number(/\d+/.exec(sequence)?.[0] ?? 0);
    switch (sequence.at(-1)) {
      case "A":
        this.#row -= count || 1;
        break;
      case "G":
        this.#column = Math.max(0, count - 1);
        break;
      case "K":
        if (count === 0) this.#lines[this.#row]!.length = Math.min(this.#column, this.#lines[this.#row]!.length);
        else if (count === 2) this.#lines[this.#row] = [];
        break;
      case "J":
        this.#lines.length = this.#row + 1;
        this.#lines[this.#row]!.length = Math.min(this.#column, this.#lines[this.#row]!.length);
        break;
      case "h":
      case "l":
        if (sequence.includes("?25")) this.cursor = sequence.endsWith("h");
        if (sequence.includes("?7")) this.#wraps = sequence.endsWith("h");
        break;
      case "m":
        break;
      default:
        throw new Error(`unknown control sequence ${JSON.stringify(sequence)}`);
    }
  }
}
