import type { Json } from "../value.ts";

/** RFC 7464: a record starts with this character and ends with a line feed. */
const recordSeparator = "\x1e";

/** A line longer than this is passed on in parts. */
const longestLine = 64 * 1024;

/** One record of a JSON text sequence (RFC 7464). */
export function encodeRecord(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${recordSeparator}${JSON.stringify(value)}\n`);
}

/** What is done with the parts of a process's output. */
export interface OutputReaders {
  /** A line of log output, without its end; of a line that was overwritten (`\r`), what was visible last. */
  readonly line: (text: string) => void;
  /** A record; absent: the output is all log. */
  readonly record?: (value: Json) => void;
}

/** Splits a process's output into records and lines, until it ends. */
export async function readOutput(stream: ReadableStream<Uint8Array>, readers: OutputReaders): Promise<void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of stream) {
    pending = splitOutput(pending + decoder.decode(chunk, { stream: true }), readers);
  }
  const rest = pending + decoder.decode();
  if (rest !== "") splitOutput(`${rest}\n`, readers);
}

/** Hands on all complete lines and records and returns the rest. */
function splitOutput(text: string, readers: OutputReaders): string {
  let position = 0;
  while (true) {
    const end = text.indexOf("\n", position);
    if (end < 0) break;
    const line = text.slice(position, end);
    position = end + 1;
    // A record may follow a line that the stage has not ended; the text before it is a line of its own then.
    const start = readers.record === undefined ? -1 : line.indexOf(recordSeparator);
    const record = start < 0 ? undefined : parse(line.slice(start + 1));
    if (record === undefined || readers.record === undefined) {
      readLine(line, readers);
    } else {
      if (start > 0) readLine(line.slice(0, start), readers);
      readers.record(record);
    }
  }
  const rest = text.slice(position);
  if (rest.length <= longestLine || rest.includes(recordSeparator)) return rest;
  readLine(rest, readers);
  return "";
}

function readLine(line: string, readers: OutputReaders): void {
  const ended = line.replace(/\r+$/, "");
  readers.line(ended.slice(ended.lastIndexOf("\r") + 1));
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
