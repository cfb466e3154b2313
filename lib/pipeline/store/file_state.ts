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
export function stateOf(info: Deno.FileInfo): FileState {
  const numbers = new Float64Array(STATE_NUMBERS);
  putState(numbers, 0, info);
  return stateAt(numbers, 0);
}

/** How many numbers tell the state of a file, where those of many lie one behind the other. */
export const STATE_NUMBERS = 6;

/** Where among them the size is, in bytes; -1: nothing is known of the file. */
export const SIZE = 2;
const CHANGED = 4;
const EXECUTABLE = 5;

/** Writes a file's state as numbers: device, inode, size, time of modification, time of change, whether it may be run. */
export function putState(
  numbers: Float64Array,
  position: number,
  { dev, ino, size, mtime, ctime, mode }: Deno.FileInfo,
): void {
  putNumbers(
    numbers,
    position,
    dev,
    ino ?? NaN,
    size,
    mtime?.getTime() ?? NaN,
    ctime?.getTime() ?? NaN,
    mode ?? 0,
  );
}

/** The same of numbers. */
export function putNumbers(
  numbers: Float64Array,
  position: number,
  dev: number,
  ino: number,
  size: number,
  modified: number,
  changed: number,
  mode: number,
): void {
  const at = position * STATE_NUMBERS;
  numbers[at] = dev;
  numbers[at + 1] = ino;
  numbers[at + SIZE] = size;
  numbers[at + 3] = modified;
  numbers[at + CHANGED] = changed;
  numbers[at + EXECUTABLE] = (mode & 0o100) === 0 ? 0 : 1;
}

/** The state that the numbers at a position tell. */
export function stateAt(numbers: Float64Array, position: number): FileState {
  const at = position * STATE_NUMBERS;
  return {
    signature: numbers.subarray(at, at + EXECUTABLE).join(":"),
    size: numbers[at + SIZE]!,
    changed: numbers[at + CHANGED]!,
    executable: isExecutableAt(numbers, position),
  };
}

/** Whether the file at a position may be run as a program. */
export function isExecutableAt(numbers: Float64Array, position: number): boolean {
  return numbers[position * STATE_NUMBERS + EXECUTABLE] === 1;
}

/** Whether two files, each at a position, have the same state; never where anything of it is not known. */
export function isSameState(one: Float64Array, first: number, other: Float64Array, second: number): boolean {
  const [at, against] = [first * STATE_NUMBERS, second * STATE_NUMBERS];
  for (let index = 0; index < STATE_NUMBERS; index++) {
    if (one[at + index] !== other[against + index]) return false;
  }
  return one[at + SIZE] !== -1;
}

/**
 * Whether a digest taken at `time` (ms since 1970) can be told by the signature from one of a later content. A file that
 * changed shortly before could change once more and look the same ("racily clean", as git calls it). Only the change time
 * counts, since programs may set the modification time at will.
 */
export function isSettled({ changed }: Pick<FileState, "changed">, time: number): boolean {
  return changed + UNSETTLED_MS < time;
}

/** The same of the file at a position. */
export function isSettledAt(numbers: Float64Array, position: number, time: number): boolean {
  return isSettled({ changed: numbers[position * STATE_NUMBERS + CHANGED]! }, time);
}
