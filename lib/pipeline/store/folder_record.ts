import { isSameState, STATE_NUMBERS } from "./file_state.ts";

/** Bytes of a sha256. */
export const DIGEST_BYTES = 32;

/** What stands between relative paths in a text. No path has it. */
export const NAME_SEPARATOR = "//";

/** What is remembered of a folder: the states of its files and their digests, one behind the other. */
export class FolderRecord {
  /** The sha256 of the manifest, hex; undefined where not all files were read. */
  readonly sha256: string | undefined;
  /** Relative paths in the order in which the system lists them, in one text. */
  readonly names: string;
  /** The files' states, see `putState`; of size -1 where the digest is not to be relied on. */
  readonly states: Float64Array;
  /** The files' digests. */
  readonly digests: Uint8Array;
  #positions: ReadonlyMap<string, number> | undefined;

  /** Takes what its parts are. */
  constructor(sha256: string | undefined, names: string, states: Float64Array, digests: Uint8Array) {
    this.sha256 = sha256;
    this.names = names;
    this.states = states;
    this.digests = digests;
  }

  /** How many files. */
  get count(): number {
    return this.states.length / STATE_NUMBERS;
  }

  /** The digest of a file by its relative path, where it is remembered of the file in the state at a position. */
  digestOf(path: string, states: Float64Array, position: number): Uint8Array | undefined {
    this.#positions ??= new Map(namesOf(this.names).map((name, index) => [name, index]));
    const known = this.#positions.get(path);
    if (known === undefined || !isSameState(this.states, known, states, position)) return undefined;
    return this.digests.subarray(DIGEST_BYTES * known, DIGEST_BYTES * (known + 1));
  }

  /** Whether there is a digest for each state. */
  get isWhole(): boolean {
    const count = this.states.length / STATE_NUMBERS;
    return Number.isInteger(count) && this.digests.length === DIGEST_BYTES * count;
  }
}

/** The relative paths of a text. */
export function namesOf(text: string): string[] {
  return text === "" ? [] : text.split(NAME_SEPARATOR);
}
