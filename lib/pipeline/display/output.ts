/** Where text goes, and what can be shown there. */
export interface Output {
  /** Writes at once; text that the reader no longer wants (a closed pipe) is dropped. */
  readonly write: (text: string) => void;
  /** True where lines can be drawn over. */
  readonly terminal: boolean;
  /** True where colours are wanted (`NO_COLOR` is unset, a terminal that knows them). */
  readonly color: boolean;
  /** Width in columns, now. */
  readonly columns: () => number;
  /** Height in rows, now. */
  readonly rows: () => number;
}

/** The size assumed where none is told: a pipe, or a terminal that says 0. */
const UNKNOWN = { columns: 80, rows: 24 };

/** The process's standard output or error stream. */
export function standardOutput(stream: "stdout" | "stderr"): Output {
  const target = Deno[stream];
  const terminal = target.isTerminal() && Deno.env.get("TERM") !== "dumb";
  return { write: (text) => writeAll(target, text), terminal, color: terminal && !Deno.noColor, columns, rows };
}

function columns(): number {
  return size().columns || UNKNOWN.columns;
}

function rows(): number {
  return size().rows || UNKNOWN.rows;
}

function size(): { columns: number; rows: number } {
  try {
    return Deno.consoleSize();
  } catch {
    return UNKNOWN;
  }
}

function writeAll(target: typeof Deno.stdout, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(target.writeSync(bytes));
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) continue; // A pipe set to non-blocking by its reader, and full.
      if (error instanceof Deno.errors.BrokenPipe) return;
      throw error;
    }
  }
}
