/**
 * How a module's process and the engine talk: a request comes as the first line of standard input, records leave on
 * standard output.
 * @module
 */
import { encodeRecord } from "./record_stream.ts";

/** Reads the request. */
export async function takeRequest<T>(): Promise<T> {
  const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the engine sent no request");
    text += value;
  }
  return JSON.parse(text);
}

/** Sends a record at once, in one piece where the pipe has room. */
export function sendRecord(record: unknown): void {
  let bytes = encodeRecord(record);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
