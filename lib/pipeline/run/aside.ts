import { basename, dirname, join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import { endOrphans } from "../process/orphans.ts";

/** Outs as they were before a stage ran. */
export interface Aside {
  /** Absolute path of a folder that goes with the outs: for what is needed while the stage runs, and the mark of its processes. */
  readonly folder: string;
  /** Puts the outs back as they were and drops what the stage left. */
  restore(): Promise<void>;
  /** Gives the previous outs up. */
  discard(): Promise<void>;
  /**
   * Says, on disk, that the stage outlives this process: {@linkcode heal} leaves it alone as long as `owner` is there.
   *
   * @param owner absolute path
   */
  entrust(owner: string): Promise<void>;
}

/** What has to be undone where neither `restore` nor `discard` was reached. */
interface Journal {
  readonly stage: string;
  readonly places: readonly Place[];
  /** Absolute path of what is there as long as the stage may still be running elsewhere. */
  readonly owner?: string;
}

interface Place {
  /** Absolute path of the out. */
  readonly out: string;
  /** Where its previous content is kept; absent where there was none. */
  readonly kept?: string;
}

const journalName = "journal.json";

/**
 * Moves a stage's outs out of the way and makes the folders that they go to. What to undo is on disk before anything
 * moves, so that {@linkcode heal} can undo it after a kill. `persist` outs stay in place, and a copy is kept.
 *
 * @param scratch absolute folder for what is kept; the caller holds the writer's lock
 */
export async function setAside(scratch: string, stage: Stage): Promise<Aside> {
  const folder = join(scratch, "aside", crypto.randomUUID());
  await Deno.mkdir(folder, { recursive: true });
  const places: Place[] = [];
  for (const [index, out] of stage.outs.entries()) {
    await Deno.mkdir(dirname(out.path), { recursive: true });
    if (!await exists(out.path)) {
      places.push({ out: out.path });
    } else if (await device(dirname(out.path)) === await device(folder)) {
      places.push({ out: out.path, kept: join(folder, String(index)) });
    } else {
      // A rename does not reach another file system.
      places.push({ out: out.path, kept: join(dirname(out.path), `.${basename(out.path)}.${basename(folder)}`) });
    }
  }
  const journal: Journal = { stage: stage.name, places };
  await writeJournal(folder, journal);
  try {
    for (const [index, place] of places.entries()) {
      if (place.kept !== undefined) await keep(place.out, place.kept, stage.outs[index]?.persist ?? false);
    }
  } catch (error) {
    await undo(folder, journal);
    throw error;
  }
  return asideOf(folder, journal);
}

/**
 * Takes over from an engine before this one, which {@linkcode Aside.entrust | entrusted} its stage to somebody else.
 *
 * @param folder as {@linkcode setAside} told it
 * @returns undefined where nothing is aside in it
 */
export async function resumeAside(folder: string): Promise<Aside | undefined> {
  const journal = await readJournal(folder);
  return journal === undefined ? undefined : asideOf(folder, journal);
}

function asideOf(folder: string, journal: Journal): Aside {
  return {
    folder,
    restore: () => undo(folder, journal),
    async discard(): Promise<void> {
      await Deno.remove(join(folder, journalName));
      for (const { kept } of journal.places) if (kept !== undefined) await remove(kept);
      await remove(folder);
    },
    entrust: (owner) => writeJournal(folder, { ...journal, owner }),
  };
}

/**
 * Undoes what a killed engine left: ends the stages that still run, puts previous outs back.
 *
 * @param scratch the folder given to {@linkcode setAside}; the caller holds the writer's lock
 * @returns a warning for each stage whose outs were put back
 */
export async function heal(scratch: string): Promise<Diagnostic[]> {
  const healed: Diagnostic[] = [];
  for (const entry of await list(join(scratch, "aside"))) {
    const folder = join(scratch, "aside", entry);
    const journal = await readJournal(folder);
    if (journal === undefined) {
      await remove(folder);
      continue;
    }
    if (journal.owner !== undefined && await exists(journal.owner)) continue;
    await endOrphans(folder);
    await undo(folder, journal);
    const message = `${journal.stage} was running when a run was killed; its outs are back as they were`;
    healed.push({ severity: "warning", message });
  }
  return healed;
}

async function keep(out: string, kept: string, stays: boolean): Promise<void> {
  if (!stays) return await Deno.rename(out, kept);
  await copy(out, `${kept}.part`);
  await Deno.rename(`${kept}.part`, kept);
}

async function undo(folder: string, { places }: Journal): Promise<void> {
  for (const { out, kept } of places) {
    if (kept === undefined) {
      await remove(out);
    } else if (await exists(kept)) {
      await remove(out);
      await Deno.rename(kept, out);
    } else {
      await remove(`${kept}.part`);
    }
  }
  await Deno.remove(join(folder, journalName));
  await remove(folder);
}

async function writeJournal(folder: string, journal: Journal): Promise<void> {
  const path = join(folder, journalName);
  {
    using file = await Deno.open(`${path}.part`, { write: true, create: true, truncate: true });
    await file.write(new TextEncoder().encode(JSON.stringify(journal)));
    await file.sync();
  }
  await Deno.rename(`${path}.part`, path);
}

async function readJournal(folder: string): Promise<Journal | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(join(folder, journalName)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new StoreError(`${folder} is damaged, so the outs that a killed run left in it cannot be put back`, [
      "Take from it what you need, and delete it",
    ]);
  }
}

async function copy(from: string, to: string): Promise<void> {
  const info = await Deno.lstat(from);
  if (info.isSymlink) {
    await Deno.symlink(await Deno.readLink(from), to);
  } else if (info.isDirectory) {
    await Deno.mkdir(to, { recursive: true });
    for (const name of await list(from)) await copy(join(from, name), join(to, name));
  } else {
    await Deno.copyFile(from, to);
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function device(path: string): Promise<number> {
  return (await Deno.stat(path)).dev;
}

async function remove(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
