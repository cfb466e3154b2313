import { encodeCheckpoint, readCheckpoint, type SavedTraining, sha256 } from "./checkpoint.ts";
import type { History } from "./history.ts";
import type { Model } from "./model.ts";
import { type Snapshot, snapshotName, writeSnapshot } from "./snapshot.ts";
import type { Checkpoint } from "./training.ts";

/** Milliseconds between checkpoints, at least. */
const period = 20_000;

/**
 * What a training keeps in a folder while it lasts: its snapshots, and one checkpoint that names them. Files appear by
 * rename and are checked by their sha256, so that a kill in the middle of writing, or a damage, costs time and nothing else.
 */
export class TrainingState {
  /** Where the training goes on; undefined: at its beginning. */
  readonly start: Checkpoint | undefined;
  /** Why a checkpoint that is there is not used. */
  readonly problem: string | undefined;
  /** A row of each epoch so far. */
  readonly history: History[];
  readonly #folder: string;
  readonly #model: Model;
  readonly #training: string;
  readonly #snapshots: Record<string, string>;
  #saved: number = performance.now();

  private constructor(
    folder: string,
    model: Model,
    training: string,
    found: { saved?: SavedTraining; problem?: string },
  ) {
    this.#folder = folder;
    this.#model = model;
    this.#training = training;
    this.start = found.saved?.checkpoint;
    this.problem = found.problem;
    this.history = [...found.saved?.history ?? []];
    this.#snapshots = { ...found.saved?.snapshots };
  }

  /**
   * Opens the folder of a training and looks for where it goes on.
   *
   * @param training all that decides its numbers, as a text: a checkpoint of another training is not used
   */
  static async open(folder: string, model: Model, training: string): Promise<TrainingState> {
    return new TrainingState(folder, model, training, await find(folder, model, training));
  }

  /** Keeps a snapshot. */
  async keep(snapshot: Snapshot): Promise<void> {
    const name = snapshotName(snapshot.epoch);
    const path = `${this.#folder}/${name}`;
    await writeSnapshot(`${path}.part`, snapshot);
    this.#snapshots[name] = sha256(await Deno.readFile(`${path}.part`));
    await Deno.rename(`${path}.part`, path);
  }

  /** Whether the last checkpoint, or the opening, is so long ago that the next one should be made. */
  isDue(): boolean {
    return performance.now() - this.#saved >= period;
  }

  /** Makes a checkpoint; the rows of its and of all earlier epochs are in the history. */
  async save(checkpoint: Checkpoint): Promise<void> {
    const saved = { checkpoint, history: this.history, snapshots: this.#snapshots };
    const path = checkpointPath(this.#folder);
    await Deno.writeFile(`${path}.part`, encodeCheckpoint(this.#model, this.#training, saved));
    await Deno.rename(`${path}.part`, path);
    this.#saved = performance.now();
  }

  /** Copies the snapshots to a new folder. */
  async deliver(folder: string): Promise<void> {
    await Deno.mkdir(folder);
    // A copy, since the training can go on from here until the folder is taken over.
    for (const name of Object.keys(this.#snapshots)) {
      await Deno.copyFile(`${this.#folder}/${name}`, `${folder}/${name}`);
    }
  }
}

function checkpointPath(folder: string): string {
  return `${folder}/checkpoint.safetensors`;
}

async function find(
  folder: string,
  model: Model,
  training: string,
): Promise<{ saved?: SavedTraining; problem?: string }> {
  const path = checkpointPath(folder);
  try {
    await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  try {
    const saved = await readCheckpoint(path, model, training);
    for (const [name, expected] of Object.entries(saved.snapshots)) {
      const found = sha256(await Deno.readFile(`${folder}/${name}`));
      if (found !== expected) throw new Error(`${folder}/${name}: its sha256 is ${found}, ${path} has ${expected}`);
    }
    return { saved };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
