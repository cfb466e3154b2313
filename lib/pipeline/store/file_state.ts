/**
 * Milliseconds for which a later change may look like an earlier one: Deno tells change times in whole seconds (and
 * modification times in whole milliseconds, `node:fs` as well), and FAT keeps every other second.
 */
export const UNSETTLED_MS = 2000;

/** A file's state as far as Deno tells it. */
export interface FileState {
  /** The content is taken as unchanged while this is. */
  readonly signature: string;
  /** Bytes. */
  readonly size: number;
  /** When its content or its properties last changed: milliseconds since 1970, NaN where the system does not tell. */
  readonly changed: number;
  /** True: may be run as a program. */
  readonly executable: boolean;
}

/** The state of a file of which the system told this. */
export function stateOf({ dev, ino, size, mtime, ctime, mode }: Deno.FileInfo): FileState {
  return {
    signature: `${dev}:${ino}:${size}:${mtime?.getTime()}:${ctime?.getTime()}`,
    size,
    changed: ctime?.getTime() ?? NaN,
    executable: ((mode ?? 0) & 0o100) !== 0,
  };
}

/**
 * Whether a digest taken at `time` (ms since 1970) can be told by the signature from one of a later content. A file that
 * changed shortly before could change once more and look the same ("racily clean", as git calls it). Only the change time
 * counts, since programs may set the modification time at will.
 */
export function isSettled({ changed }: FileState, time: number): boolean {
  return changed + UNSETTLED_MS < time;
}
