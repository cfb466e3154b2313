import { readCheckpoint, type SavedTraining, type TrainingIdentity, writeCheckpoint } from "./checkpoint.ts";
import type { Model } from "./model.ts";

/** Milliseconds between checkpoints, at least. */
const period = 20_000;

/** Bytes that a training leaves for later ones, at most, but for its last checkpoint. */
const leftBytes = 2 ** 27;

/** Which training it is. */
export interface TrainingStateOptions {
  /** The network. */
  readonly model: Model;
  /** All that decides its numbers besides the schedule, as a text: a checkpoint of another training is not used. */
  readonly training: string;
  /** What tells its schedule up to each epoch from others, as `scheduleDigests` makes it. */
  readonly schedule: readonly string[];
}

/**
 * What trainings that differ at most in their length, schedule and snapshots keep in a folder: checkpoints, each a file that
 * appears by rename and is checked by its sha256, so that a kill in the middle of writing, or a damage, costs time and nothing
 * else.
 */
export class TrainingState {
  /** Why checkpoints that are there are not used. */
  readonly problems: readonly string[];
  readonly #folder: string;
  readonly #options: TrainingStateOptions;
  readonly #epochs: Set<number>;
  /** The last checkpoint that was made because of the time. */
  #passing: number | undefined;
  #saved: number = performance.now();

  private constructor(folder: string, options: TrainingStateOptions, found: Found) {
    this.#folder = folder;
    this.#options = options;
    this.#epochs = new Set(found.epochs);
    this.problems = found.problems;
  }

  /** Opens the folder of a training and looks for where it can go on. */
  static async open(folder: string, options: TrainingStateOptions): Promise<TrainingState> {
    await takeBack(folder);
    return new TrainingState(folder, options, await find(folder, options));
  }

  /** Finished epochs after which it can go on, ascending. */
  get epochs(): number[] {
    return [...this.#epochs].toSorted((a, b) => a - b);
  }

  /**
   * The training as it was after one of {@linkcode epochs}.
   *
   * @throws {Error} where the file was damaged since
   */
  async read(epoch: number): Promise<SavedTraining> {
    const path = `${this.#folder}/${fileName(epoch, this.#options.schedule)}`;
    return await readCheckpoint(path, this.#options.model, identityAt(epoch, this.#options));
  }

  /** Whether the last checkpoint, or the opening, is so long ago that the next one should be made. */
  isDue(): boolean {
    return performance.now() - this.#saved >= period;
  }

  /**
   * Makes a checkpoint.
   *
   * @param passing whether it serves until the next one is made, and no longer
   */
  async save(saved: SavedTraining, { passing }: { readonly passing: boolean }): Promise<void> {
    const { epoch } = saved.checkpoint;
    const path = `${this.#folder}/${fileName(epoch, this.#options.schedule)}`;
    const identity = identityAt(epoch, this.#options);
    await writeCheckpoint(`${path}.part`, this.#options.model, identity, saved);
    await Deno.rename(`${path}.part`, path);
    this.#epochs.add(epoch);
    this.#saved = performance.now();
    if (this.#passing !== undefined) {
      this.#epochs.delete(this.#passing);
      await Deno.remove(`${this.#folder}/${fileName(this.#passing, this.#options.schedule)}`);
    }
    this.#passing = passing ? epoch : undefined;
  }

  /**
   * Leaves the folder to later trainings: the last checkpoint, and of the others, those of other schedules after this one's,
   * as many as fit, far apart from each other. The rest goes to the folder `spent` inside it, to be removed when the outs that
   * were made of them are safe: a training that is killed before that takes all of them back.
   *
   * @param limit bytes
   */
  async leave(limit: number = leftBytes): Promise<void> {
    const own = spread(this.epochs);
    const names = own.map((epoch) => fileName(epoch, this.#options.schedule));
    const others = (await filesIn(this.#folder)).filter((name) => !names.includes(name)).sort().reverse();
    let bytes = 0;
    for (const [index, name] of [...names, ...others].entries()) {
      const path = `${this.#folder}/${name}`;
      bytes += (await Deno.stat(path)).size;
      if (index === 0 || (bytes <= limit && !name.endsWith(".part"))) continue;
      await Deno.mkdir(spentIn(this.#folder), { recursive: true });
      await Deno.rename(path, `${spentIn(this.#folder)}/${name}`);
      this.#epochs.delete(own[index] ?? -1);
    }
  }
}

/** What a folder has for a training. */
interface Found {
  readonly epochs: readonly number[];
  readonly problems: readonly string[];
}

async function find(folder: string, options: TrainingStateOptions): Promise<Found> {
  const names = new Set(await filesIn(folder));
  const epochs: number[] = [];
  const problems: string[] = [];
  for (const epoch of options.schedule.keys()) {
    const name = fileName(epoch, options.schedule);
    if (!names.has(name)) continue;
    try {
      const { history } = await readCheckpoint(`${folder}/${name}`, options.model, identityAt(epoch, options));
      // A training that ended later may not have evaluated the epoch that is now the last.
      const isWhole = epoch < options.schedule.length - 1 || history.at(-1)?.train_accuracy !== null;
      if (isWhole) epochs.push(epoch);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { epochs, problems };
}

/** Takes back what a training gave up that was then killed before its outs were safe. */
async function takeBack(folder: string): Promise<void> {
  for (const name of await filesIn(spentIn(folder))) {
    await Deno.rename(`${spentIn(folder)}/${name}`, `${folder}/${name}`);
  }
}

/** Where the engine removes everything once the stage has succeeded (`Resumption.state`). */
function spentIn(folder: string): string {
  return `${folder}/spent`;
}

/** Names of the files right in a folder; none where it is absent. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isFile }) => isFile).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** An epoch's file: the digest keeps schedules apart that share the folder. */
function fileName(epoch: number, schedule: readonly string[]): string {
  return `epoch-${String(epoch).padStart(4, "0")}-${schedule[epoch]!.slice(0, 16)}.safetensors`;
}

function identityAt(epoch: number, { training, schedule }: TrainingStateOptions): TrainingIdentity {
  return { training, schedule: schedule[epoch]! };
}

/** Ascending epochs so that those taken first lie far apart from each other: the last, and each time what is farthest off. */
function spread(epochs: readonly number[]): number[] {
  const left = new Set(epochs);
  const taken: number[] = [];
  while (left.size > 0) {
    const distance = (epoch: number) => Math.min(...taken.map((other) => Math.abs(other - epoch)));
    const next = taken.length === 0 ? epochs.at(-1)! : [...left].reduce((a, b) => distance(b) >= distance(a) ? b : a);
    taken.push(next);
    left.delete(next);
  }
  return taken;
}
