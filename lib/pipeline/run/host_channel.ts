/**
 * How a module's process and the engine talk: a request comes as the first line of standard input, records leave on
 * standard output.
 * @module
 */
import { encodeRecord } from "./record_stream.ts";

/**
 * Reads the request, and goes on watching for the end of standard input: the engine holds it open while it lives.
 *
 * @param ended called when the engine is gone
 */
export async function takeRequest<T>(ended: () => void = () => {}): Promise<T> {
  const reader = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the engine sent no request");
    text += value;
  }
  reader.read().then(ended, ended);
  return JSON.parse(text);
}

/** Sends a record at once, in one piece where the pipe has room. */
export function sendRecord(record: unknown): void {
  let bytes = encodeRecord(record);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}
