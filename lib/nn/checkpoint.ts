import {
  readSafetensors,
  safetensorsDigest,
  type StoredTensor,
  tensorNamed,
  writeSafetensors,
} from "../formats/safetensors.ts";
import type { History } from "./history.ts";
import type { Model } from "./model.ts";
import type { Checkpoint } from "./training.ts";
import { prefixed, type Variables, variableSpecs } from "./variables.ts";

/** A training as it was after an epoch: all that going on takes. */
export interface SavedTraining {
  /** Where it goes on. */
  readonly checkpoint: Checkpoint;
  /** A row of each epoch up to there. */
  readonly history: readonly History[];
}

/** Which training a checkpoint is of, by texts that tell it from others. */
export interface TrainingIdentity {
  /** All that decides its numbers besides the schedule. */
  readonly training: string;
  /** Its schedule up to there. */
  readonly schedule: string;
}

const format = "mindepth checkpoint 2";

/** What is no tensor. */
interface Header extends Pick<SavedTraining, "history"> {
  readonly epoch: number;
}

/**
 * Writes a training to a safetensors file, which holds the sha256 of all the rest.
 *
 * @throws {Error} where the file cannot be written
 */
export async function writeCheckpoint(
  path: string,
  model: Model,
  identity: TrainingIdentity,
  saved: SavedTraining,
): Promise<void> {
  const { epoch, variables, velocities } = saved.checkpoint;
  const values: Variables = { ...variables, ...velocities };
  const tensors = Object.entries(shapesOf(model)).map(([name, shape]): [string, StoredTensor] => {
    return [name, { dtype: "F32", shape, data: values[name]! }];
  });
  const header: Header = { epoch, history: saved.history };
  const metadata = { format, ...identity, header: JSON.stringify(header) };
  const file = { tensors: Object.fromEntries(tensors), metadata };
  await writeSafetensors(path, { ...file, metadata: { ...metadata, sha256: safetensorsDigest(file) } });
}

/**
 * Reads what {@linkcode writeCheckpoint} wrote.
 *
 * @throws {Error} naming the file, where it is damaged, or of another training
 */
export async function readCheckpoint(path: string, model: Model, identity: TrainingIdentity): Promise<SavedTraining> {
  const file = await readSafetensors(path);
  const { sha256: expected, ...metadata } = file.metadata;
  if (metadata.format !== format) {
    throw new Error(`${path}: expected the format "${format}", found "${metadata.format ?? "none"}"`);
  }
  const found = safetensorsDigest({ tensors: file.tensors, metadata });
  if (found !== expected) throw new Error(`${path}: its sha256 is ${found}, it was written as ${expected ?? "none"}`);
  if (metadata.training !== identity.training) throw new Error(`${path}: is of another training`);
  if (metadata.schedule !== identity.schedule) throw new Error(`${path}: is of another schedule`);
  // What the sha256 vouches for is as it was written.
  const { epoch, history }: Header = JSON.parse(metadata.header!);
  const tensors = Object.keys(shapesOf(model)).map((name) =>
    [name, tensorNamed(file, name, "F32", path).data] as const
  );
  const [velocities, variables] = [true, false].map((is) =>
    Object.fromEntries(tensors.filter(([name]) => name.startsWith("velocities/") === is))
  );
  return {
    checkpoint: { epoch, variables: variables!, velocities: velocities! },
    history,
  };
}

/** The shapes of a model's variables and velocities, by their names in a checkpoint. */
function shapesOf(model: Model): Record<string, readonly number[]> {
  const specs = { ...variableSpecs(model), ...prefixed("velocities", model.parameters) };
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, shape]));
}
