/**
 * Milliseconds for which a later change may look like an earlier one: Deno tells change times in whole seconds (and
 * modification times in whole milliseconds, `node:fs` as well), and FAT keeps every other second.
 */
export const UNSETTLED_MS = 2000;

/** A file's state as far as Deno tells it: the content is taken as unchanged while this is. */
export function signatureOf(stat: Deno.FileInfo): string {
  return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtime?.getTime()}:${stat.ctime?.getTime()}`;
}

/**
 * Whether a digest taken at `time` (ms since 1970) can be told by the signature from one of a later content. A file that
 * changed shortly before could change once more and look the same ("racily clean", as git calls it). Only the change time
 * counts, since programs may set the modification time at will.
 */
export function isSettled(stat: Deno.FileInfo, time: number): boolean {
  return stat.ctime !== null && stat.ctime.getTime() + UNSETTLED_MS < time;
}
