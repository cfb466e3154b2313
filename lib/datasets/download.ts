/** Longest silence, in milliseconds, before a download is given up. */
const patience = 30_000;

/**
 * Downloads a file of a known size.
 *
 * @param size bytes; a longer answer is not read to its end
 * @throws {Error} naming the address: not reachable, another status than 200, silent for 30 s, too short or too long
 */
export async function download(
  address: URL,
  size: number,
  { signal, received }: { readonly signal: AbortSignal; readonly received: (bytes: number) => void },
): Promise<Uint8Array> {
  const silence = new AbortController();
  let alarm = setTimeout(() => silence.abort(), patience);
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    const bytes = new Uint8Array(size);
    let filled = 0;
    for await (const chunk of response.body) {
      clearTimeout(alarm);
      alarm = setTimeout(() => silence.abort(), patience);
      if (filled + chunk.length > size) throw new Error(`more than the expected ${size} bytes`);
      bytes.set(chunk, filled);
      filled += chunk.length;
      received(chunk.length);
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    signal.throwIfAborted();
    const reason = silence.signal.aborted
      ? `no answer for ${patience / 1000} s`
      : reasonOf(cause).replace(` for url (${address.href})`, "");
    throw new Error(`${address.href}: ${reason}`, { cause });
  } finally {
    clearTimeout(alarm);
  }
}

/** The message at the root of an error: `fetch` says only that it failed, and why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
