import type { Buffer, Client } from "./client.ts";

/** Arrays on the device that are freed at the end, however it comes. */
export interface BufferScope {
  /** Takes charge of arrays, and returns them. */
  hold(buffers: readonly Buffer[]): readonly Buffer[];
  /** Frees an array now. */
  free(buffer: Buffer): void;
}

/** Does something with arrays, and frees those that are left. */
export async function withBuffers<T>(client: Client, action: (scope: BufferScope) => Promise<T>): Promise<T> {
  const held = new Set<Buffer>();
  try {
    return await action({
      hold: (buffers) => {
        for (const buffer of buffers) held.add(buffer);
        return buffers;
      },
      free: (buffer) => {
        if (held.delete(buffer)) client.free(buffer);
      },
    });
  } finally {
    client.free(...held);
  }
}
