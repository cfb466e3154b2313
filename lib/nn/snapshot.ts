import { z } from "zod";
import {
  readSafetensors,
  type StoredTensor,
  type TensorFile,
  tensorNamed,
  writeSafetensors,
} from "../formats/safetensors.ts";
import { type LabelNoise, labelNoiseParameter } from "./label_noise.ts";
import type { Model } from "./model.ts";
import { buildModel, modelParameter, type ModelParameters } from "./model_parameter.ts";
import type { Normalisation } from "./normalisation.ts";
import { type Variables, variableSpecs } from "./variables.ts";

/** A network as it was after an epoch, with all that is needed to run it on raw images. */
export interface Snapshot {
  /** Name of the data set it was trained on. */
  readonly dataset: string;
  /** Family and parameters of the model. */
  readonly model: ModelParameters;
  /** Shape of one image: height, width, channels. */
  readonly input: readonly [number, number, number];
  /** Number of classes. */
  readonly classes: number;
  /** What its input is normalised by. */
  readonly normalisation: Normalisation;
  /** The seed it was trained with. */
  readonly seed: number;
  /** The noise on the labels it was trained on, where there was any. */
  readonly labelNoise?: LabelNoise;
  /** How its training differed from the usual one, as "loss mse, flips", where it did: see `trainingVariant`. */
  readonly variant?: string;
  /** Finished epochs; 0 is the untrained network. */
  readonly epoch: number;
  /** `parameters/<name>` and `statistics/<name>`: the constants of `forwardProgram`. */
  readonly variables: Variables;
}

const format = "mindepth snapshot 1";

const headerSchema = z.object({
  dataset: z.string(),
  model: modelParameter,
  input: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  classes: z.int().min(2),
  normalisation: z.object({ mean: z.array(z.number()), deviation: z.array(z.number().positive()) }),
  seed: z.int(),
  labelNoise: labelNoiseParameter.exactOptional(),
  variant: z.string().exactOptional(),
  epoch: z.int().min(0),
});

/** The file name of an epoch's snapshot, e.g. `epoch-0007.safetensors`. */
export function snapshotName(epoch: number): string {
  return `epoch-${String(epoch).padStart(4, "0")}.safetensors`;
}

/** The network that a snapshot's variables belong to. */
export function modelOf(snapshot: Pick<Snapshot, "model" | "input" | "classes">): Model {
  return buildModel(snapshot.model, snapshot.input, snapshot.classes);
}

/** A snapshot as tensors and text, which a safetensors file holds, and an exported ONNX model too. */
export function snapshotFile(snapshot: Snapshot): TensorFile {
  const { dataset, variables, ...header } = snapshot;
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { shape }] of Object.entries(variableSpecs(modelOf(snapshot)))) {
    tensors[name] = { dtype: "F32", shape, data: variables[name]! };
  }
  const texts = Object.entries(header).map(([name, value]) => [name, JSON.stringify(value)]);
  return { tensors, metadata: { format, dataset, ...Object.fromEntries(texts) } };
}

/** Writes a snapshot; equal snapshots give equal bytes. */
export async function writeSnapshot(path: string, snapshot: Snapshot): Promise<void> {
  await writeSafetensors(path, snapshotFile(snapshot));
}

/**
 * Reads a snapshot.
 *
 * @throws {Error} as {@linkcode snapshotOf}, or where the file cannot be read
 */
export async function readSnapshot(path: string): Promise<Snapshot> {
  return snapshotOf(await readSafetensors(path), path);
}

/**
 * The snapshot that {@linkcode snapshotFile} made a file of, if it holds exactly the variables of its model, all finite.
 *
 * @param path what messages call the file
 * @throws {Error} naming the file and what is wrong with it
 */
export function snapshotOf(file: TensorFile, path: string): Snapshot {
  if (file.metadata.format !== format) {
    throw new Error(`${path}: expected the format "${format}", found "${file.metadata.format ?? "none"}"`);
  }
  const header = headerSchema.safeParse(parsed(path, file.metadata));
  if (!header.success) throw new Error(`${path}: ${z.prettifyError(header.error)}`);
  const specs = variableSpecs(modelOf(header.data));
  const variables: Record<string, Float32Array> = {};
  for (const [name, { shape }] of Object.entries(specs)) {
    const tensor = tensorNamed(file, name, "F32", path);
    if (`${tensor.shape}` !== `${shape}`) {
      throw new Error(`${path}: tensor "${name}" has shape [${tensor.shape}], the model needs [${shape}]`);
    }
    if (!tensor.data.every(Number.isFinite)) {
      throw new Error(`${path}: tensor "${name}" holds values that are not finite`);
    }
    variables[name] = tensor.data;
  }
  const unknown = Object.keys(file.tensors).find((name) => !Object.hasOwn(specs, name));
  if (unknown !== undefined) throw new Error(`${path}: tensor "${unknown}" is none of the model's`);
  return { ...header.data, variables };
}

/**
 * The snapshots in a folder, by epoch.
 *
 * @throws {Error} where there is none
 */
export async function listSnapshots(folder: string): Promise<{ readonly epoch: number; readonly path: string }[]> {
  const found: { epoch: number; path: string }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const match = /^epoch-(\d+)\.safetensors$/.exec(name);
    if (match !== null) found.push({ epoch: Number(match[1]), path: `${folder}/${name}` });
  }
  if (found.length === 0) throw new Error(`${folder}: no snapshot found, expected files such as ${snapshotName(0)}`);
  return found.toSorted((a, b) => a.epoch - b.epoch);
}

/**
 * Checks that a snapshot is of a network that was trained on a data set.
 *
 * @throws {Error} naming the file and what the data set is instead
 */
export function checkTrainedOn(
  path: string,
  { dataset, input, classes }: Snapshot,
  found: {
    readonly name: string;
    readonly classes: readonly string[];
    readonly train: { readonly shape: Model["input"] };
  },
): void {
  const text = (name: string, shape: Model["input"], classes: number) =>
    `${name} (${classes} classes, images ${shape.join(" x ")})`;
  const [expected, other] = [text(dataset, input, classes), text(found.name, found.train.shape, found.classes.length)];
  if (expected !== other) throw new Error(`${path}: trained on ${expected}, but the dep dataset is ${other}`);
}

/** All of the header but the data set's name is JSON. */
function parsed(path: string, metadata: Readonly<Record<string, string>>): Record<string, unknown> {
  const { dataset, format: _, ...texts } = metadata;
  const values = Object.entries(texts).map(([name, text]) => {
    try {
      return [name, JSON.parse(text)];
    } catch {
      throw new Error(`${path}: "${name}" in the header is not JSON`);
    }
  });
  return { dataset, ...Object.fromEntries(values) };
}
