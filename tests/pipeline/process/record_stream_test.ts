import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeRecord, readOutput } from "../../../lib/pipeline/process/record_stream.ts";
import type { Json } from "../../../lib/pipeline/value.ts";

/** A stream of the bytes, cut into chunks of the given sizes (the last one repeated). */
function streamOf(bytes: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller): void {
      let position = 0;
      for (let index = 0; position < bytes.length; index++) {
        const size = sizes[Math.min(index, sizes.length - 1)] ?? 1;
        controller.enqueue(bytes.slice(position, position + size));
        position += size;
      }
      controller.close();
    },
  });
}

async function read(bytes: Uint8Array, sizes: readonly number[] = [7]): Promise<(string | { record: Json })[]> {
  const parts: (string | { record: Json })[] = [];
  await readOutput(streamOf(bytes, sizes), {
    line: (text) => parts.push(text),
    record: (record) => parts.push({ record }),
  });
  return parts;
}

function bytesOf(...parts: (string | Uint8Array)[]): Uint8Array {
  const arrays = parts.map((part) => typeof part === "string" ? new TextEncoder().encode(part) : part);
  return new Uint8Array(arrays.flatMap((array) => [...array]));
}

Deno.test("readOutput() tells records from lines however the stream is cut", async () => {
  const line = fc.string({ unit: "grapheme" }).filter((text) =>
    !["\r", "\n", "\x1e"].some((character) => text.includes(character))
  );
  const part = fc.oneof(line, fc.jsonValue().map((record) => ({ record: JSON.parse(JSON.stringify(record)) as Json })));
  await fc.assert(fc.asyncProperty(
    fc.array(part),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
    async (parts, sizes) => {
      const bytes = bytesOf(...parts.map((part) => typeof part === "string" ? `${part}\n` : encodeRecord(part.record)));
      assert.deepEqual(await read(bytes, sizes), parts);
    },
  ));
});

Deno.test("readOutput() ends an unfinished line where a record starts", async () => {
  const bytes = bytesOf("half a line", encodeRecord({ done: 1 }), "the rest\n");
  assert.deepEqual(await read(bytes), ["half a line", { record: { done: 1 } }, "the rest"]);
});

Deno.test("readOutput() takes what is no record for a line", async () => {
  assert.deepEqual(await read(bytesOf("\x1e{torn\n", "last")), ["\x1e{torn", "last"]);
});

Deno.test("readOutput() shows of an overwritten line what was visible last", async () => {
  assert.deepEqual(await read(bytesOf("10%\r20%\r\n", "a\r\n")), ["20%", "a"]);
});

Deno.test("readOutput() passes an endless line on in parts", async () => {
  const parts = await read(bytesOf("x".repeat(200_000)), [50_000]);
  assert.ok(parts.length > 1);
  assert.equal(parts.join(""), "x".repeat(200_000));
});
