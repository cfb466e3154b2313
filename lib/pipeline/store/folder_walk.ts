import { dirname } from "node:path";
import type { IgnoredNames } from "../file/pipeline.ts";
import { FileHelpers, WORTH_HELP } from "./file_helpers.ts";
import { guarded, statOf } from "./file_stat.ts";
import { chunksOf, type FileWork, OUTCOME } from "./file_work.ts";
import { STATE_NUMBERS } from "./file_state.ts";
import { DIGEST_BYTES } from "./folder_record.ts";
import { openFolder } from "./folder_reader.ts";
import { IGNORED_FOLDERS } from "./ignored_folders.ts";
import { StoreError } from "./store_error.ts";

/** Files whose states are told before other work gets a turn. */
const CHUNK = 1000;

/** What is left out of an absolute folder; undefined: nothing. */
export type Ignores = (folder: string) => IgnoredNames | undefined;

/** The files below a folder. */
export interface FoundFiles {
  /** Relative paths, in the order in which the system lists them. */
  readonly paths: readonly string[];
  /** See `putState`. */
  readonly states: Float64Array<SharedArrayBuffer>;
  /** When these began to be told, in ms since 1970. */
  readonly since: number;
}

/**
 * All files below a folder, links followed.
 *
 * @param stat of the folder
 * @param ignores tells what is left out of an absolute folder
 * @throws {StoreError} at a dangling link, a loop of links, a pipe, socket or device, or what may not be read
 */
export async function walk(
  root: string,
  stat: Deno.FileInfo,
  ignores: Ignores,
  helpers: FileHelpers,
): Promise<FoundFiles> {
  const paths = await list(root, stat, ignores, helpers);
  const work = { ...fileWork("stat", root, paths, CHUNK), since: Date.now() };
  await helpers.do(work);
  return present(work);
}

/** Work on files, of which no more is known than their states, where these are given, and when these were told. */
export function fileWork(
  kind: FileWork["kind"],
  root: string,
  paths: readonly string[],
  chunk: number,
  states?: FileWork["states"],
  since = 0,
): FileWork {
  const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);
  return {
    kind,
    root,
    paths,
    chunk,
    since,
    progress: new Int32Array(shared(4 * (1 + chunksOf({ paths, chunk })))),
    states: states ?? new Float64Array(shared(8 * STATE_NUMBERS * paths.length)),
    digests: new Uint8Array(shared(DIGEST_BYTES * (kind === "hash" ? paths.length : 0))),
    outcomes: new Uint8Array(shared(paths.length)),
  };
}

async function list(
  root: string,
  stat: Deno.FileInfo,
  ignores: Ignores,
  helpers: FileHelpers,
): Promise<string[]> {
  const paths: string[] = [];
  using reader = openFolder(root);
  const visit = async (relative: string, inside: readonly string[]): Promise<void> => {
    const folder = relative === "" ? root : `${root}/${relative}`;
    const isIgnored = ignores(folder);
    const entries = await guarded(folder, () => reader.list(relative));
    // They start meanwhile.
    if (paths.length + entries.length >= WORTH_HELP) helpers.start();
    for (const entry of entries) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (entry.isFile) {
        if (!isIgnored?.(entry.name, false)) paths.push(path);
        continue;
      }
      const absolute = `${root}/${path}`;
      const found = statOf(absolute);
      // Removed since the folder was listed.
      if (found === undefined || isIgnored?.(entry.name, found.isDirectory)) continue;
      if (!found.isDirectory) {
        paths.push(path);
        continue;
      }
      if (IGNORED_FOLDERS.has(entry.name)) continue;
      const identity = `${found.dev}:${found.ino}`;
      if (inside.includes(identity)) {
        throw new StoreError(`${absolute} is a link to a folder that it lies in`, ["Remove the link"]);
      }
      await visit(path, [...inside, identity]);
    }
  };
  await visit("", [`${stat.dev}:${stat.ino}`]);
  return paths;
}

/** The files that are still there. */
function present({ root, paths, states, outcomes, since }: FileWork): FoundFiles {
  if (!outcomes.includes(OUTCOME.none)) return { paths, states, since };
  const kept: number[] = [];
  for (const [position, path] of paths.entries()) {
    if (outcomes[position] !== OUTCOME.none) kept.push(position);
    else if (statOf(`${root}/${path}`) !== undefined) {
      throw new StoreError(`${dirname(`${root}/${path}`)} keeps changing while it is being read`);
    }
  }
  const rest = new Float64Array(new SharedArrayBuffer(8 * STATE_NUMBERS * kept.length));
  for (const [at, position] of kept.entries()) {
    rest.set(states.subarray(STATE_NUMBERS * position, STATE_NUMBERS * (position + 1)), STATE_NUMBERS * at);
  }
  return { paths: kept.map((position) => paths[position]!), states: rest, since };
}
