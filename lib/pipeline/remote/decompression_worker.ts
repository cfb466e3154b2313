/**
 * The thread in which a zstd frame is decompressed. In Deno 2.9 the error of the stream, where the frame is damaged, cannot be
 * caught but as one of the whole thread.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream, openSync, writeSync } from "node:fs";
import { createZstdDecompress } from "node:zlib";
import type { DecompressionMessage } from "./decompression.ts";

self.addEventListener("error", (event) => {
  event.preventDefault();
  self.postMessage(undefined);
});

self.onmessage = async ({ data }: MessageEvent<DecompressionMessage>): Promise<void> => {
  const { path, target, size } = data;
  const file = openSync(target, "wx");
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of createReadStream(path).pipe(createZstdDecompress())) {
    length += chunk.length;
    if (length > size) break;
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
  }
  self.postMessage(length === size ? hash.digest("hex") : undefined);
};
