import { createHash } from "node:crypto";
import { encodeSafetensors, readSafetensors, type StoredTensor, tensorNamed } from "../formats/safetensors.ts";
import type { History } from "./history.ts";
import type { Model } from "./model.ts";
import type { Checkpoint } from "./training.ts";
import { prefixed, type Variables, variableSpecs } from "./variables.ts";

/** A training as it was after an epoch, with what it has left so far: all that going on takes. */
export interface SavedTraining {
  /** Where it goes on. */
  readonly checkpoint: Checkpoint;
  /** A row of each epoch up to there. */
  readonly history: readonly History[];
  /** The sha256 of each snapshot up to there, by file name. */
  readonly snapshots: Readonly<Record<string, string>>;
}

const format = "mindepth checkpoint 1";

/** What is no tensor. */
interface Header extends Pick<SavedTraining, "history" | "snapshots"> {
  readonly epoch: number;
}

/**
 * Turns a training into the bytes of a safetensors file, which hold the sha256 of all the rest.
 *
 * @param training which training it is: any text that tells it from others
 */
export function encodeCheckpoint(model: Model, training: string, saved: SavedTraining): Uint8Array<ArrayBuffer> {
  const { epoch, variables, velocities } = saved.checkpoint;
  const values: Variables = { ...variables, ...velocities };
  const tensors = Object.entries(shapesOf(model)).map(([name, shape]): [string, StoredTensor] => {
    return [name, { dtype: "F32", shape, data: values[name]! }];
  });
  const header: Header = { epoch, history: saved.history, snapshots: saved.snapshots };
  const file = { tensors: Object.fromEntries(tensors), metadata: { format, training, header: JSON.stringify(header) } };
  return encodeSafetensors({ ...file, metadata: { ...file.metadata, sha256: sha256(encodeSafetensors(file)) } });
}

/**
 * Reads what {@linkcode encodeCheckpoint} made.
 *
 * @throws {Error} naming the file, where it is damaged, or of another training
 */
export async function readCheckpoint(path: string, model: Model, training: string): Promise<SavedTraining> {
  const file = await readSafetensors(path);
  const { sha256: expected, ...metadata } = file.metadata;
  if (metadata.format !== format) {
    throw new Error(`${path}: expected the format "${format}", found "${metadata.format ?? "none"}"`);
  }
  const found = sha256(encodeSafetensors({ tensors: file.tensors, metadata }));
  if (found !== expected) throw new Error(`${path}: its sha256 is ${found}, it was written as ${expected ?? "none"}`);
  if (metadata.training !== training) throw new Error(`${path}: is of another training`);
  // What the sha256 vouches for is as it was written.
  const { epoch, history, snapshots }: Header = JSON.parse(metadata.header!);
  const tensors = Object.keys(shapesOf(model)).map((name) =>
    [name, tensorNamed(file, name, "F32", path).data] as const
  );
  const [velocities, variables] = [true, false].map((is) =>
    Object.fromEntries(tensors.filter(([name]) => name.startsWith("velocities/") === is))
  );
  return {
    checkpoint: { epoch, variables: variables!, velocities: velocities! },
    history,
    snapshots,
  };
}

/** The sha256 of bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The shapes of a model's variables and velocities, by their names in a checkpoint. */
function shapesOf(model: Model): Record<string, readonly number[]> {
  const specs = { ...variableSpecs(model), ...prefixed("velocities", model.parameters) };
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, shape]));
}
