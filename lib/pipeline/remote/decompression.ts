/** What the thread is told. */
export interface DecompressionMessage {
  /** The frame. */
  readonly path: string;
  /** A new file. */
  readonly target: string;
  /** Bytes of the content. */
  readonly size: number;
}

/**
 * Decompresses a file that may be a zstd frame into a new one, in a thread of its own.
 *
 * @param size bytes that its content has to have
 * @returns sha256 of the content; undefined where the file is no frame, or its content has another size
 */
export async function decompressFile(path: string, target: string, size: number): Promise<string | undefined> {
  const worker = new Worker(new URL("./decompression_worker.ts", import.meta.url), { type: "module" });
  try {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    worker.onmessage = ({ data }: MessageEvent<string | undefined>): void => resolve(data);
    worker.onerror = (event): void => {
      event.preventDefault();
      resolve(undefined);
    };
    worker.postMessage({ path, target, size } satisfies DecompressionMessage);
    return await promise;
  } finally {
    worker.terminate();
  }
}
