import {
  encodeSafetensors,
  readSafetensors,
  type StoredTensor,
  type TensorFile,
  tensorNamed,
} from "../formats/safetensors.ts";
import type { Model } from "./model.ts";
import { buildModel, type ModelParameters } from "./model_parameter.ts";
import { torchModules, torchvisionName } from "./torch_names.ts";
import { type Variables, variableSpecs } from "./variables.ts";

/** Which network a state_dict is of. */
export interface Network {
  /** Family and parameters. */
  readonly model: ModelParameters;
  /** Shape of one image: height, width, channels. */
  readonly input: Model["input"];
  /** Number of classes. */
  readonly classes: number;
}

/** What a variable of ours is called in PyTorch, and where each of its values stands there. */
interface TorchTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of each value in our order, its index in PyTorch's. */
  readonly places: Int32Array;
}

/**
 * A network's variables as a PyTorch state_dict in a safetensors file, which `safetensors.torch.load_file` reads: linear maps
 * as `[out, in]`, convolutions as `[out, in, height, width]`, names as {@linkcode torchModules} has them, for images
 * `[batch, channels, height, width]` that are normalised already.
 */
export function encodeStateDict(network: Network, variables: Variables): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, StoredTensor> = {};
  for (const [ours, { name, shape, places }] of Object.entries(torchTensors(network))) {
    const data = new Float32Array(places.length);
    places.forEach((place, index) => data[place] = variables[ours]![index]!);
    tensors[name] = { dtype: "F32", shape, data };
    // How many batches a norm has seen is not kept here, and bears on nothing while its momentum is a number.
    const counter = name.replace(/running_mean$/, "num_batches_tracked");
    if (counter !== name) tensors[counter] = { dtype: "I64", shape: [], data: BigInt64Array.of(0n) };
  }
  return encodeSafetensors({ tensors, metadata: { format: "pt" } });
}

/**
 * Reads a PyTorch state_dict from a safetensors file into the variables of a network. Names may also be those of
 * pytorch-cifar (`shortcut`, `linear`), and start with `module.`, as wrappers leave them.
 *
 * @throws {Error} naming the file, and the tensor that is missing, is not the network's or has another shape
 */
export async function readStateDict(path: string, network: Network): Promise<Variables> {
  return stateDictVariables(await readSafetensors(path), path, network);
}

/**
 * The variables of a network in tensors that have the names of a state_dict, see {@linkcode readStateDict}.
 *
 * @param path what messages call the file
 * @throws {Error} as there
 */
export function stateDictVariables({ tensors, metadata }: TensorFile, path: string, network: Network): Variables {
  const file = {
    metadata,
    tensors: Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [torchvisionName(name), tensor])),
  };
  const expected = torchTensors(network);
  const variables: Record<string, Float32Array> = {};
  for (const [ours, { name, shape, places }] of Object.entries(expected)) {
    const tensor = tensorNamed(file, name, "F32", path);
    if (`${tensor.shape}` !== `${shape}`) {
      throw new Error(`${path}: tensor "${name}" has shape [${tensor.shape}], the model needs [${shape}]`);
    }
    variables[ours] = Float32Array.from(places, (place) => tensor.data[place]!);
  }
  const known = new Set(Object.values(expected).map(({ name }) => name));
  const unknown = Object.keys(file.tensors).find((name) => !known.has(name) && !name.endsWith(".num_batches_tracked"));
  if (unknown !== undefined) throw new Error(`${path}: tensor "${unknown}" is none of the model's`);
  return variables;
}

const normNames = { scale: "weight", offset: "bias", mean: "running_mean", variance: "running_var" } as const;

/** Every variable of a network in PyTorch, by its name in ours. */
function torchTensors({ model, input, classes }: Network): Record<string, TorchTensor> {
  const specs = variableSpecs(buildModel(model, input, classes));
  const tensors = Object.entries(specs).map(([ours, { shape }]): [string, TorchTensor] => {
    const path = ours.slice(ours.indexOf("/") + 1);
    const [map, part] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
    const modules = torchModules(model, map);
    const isNorm = part in normNames;
    const name = isNorm ? `${modules.norm}.${normNames[part as keyof typeof normNames]}` : `${modules.map}.${part}`;
    // The first map of a perceptron takes flattened images, whose channels stand first in PyTorch.
    const isFirst = model.kind === "mlp" && path === "1.weight";
    const ordered = isFirst ? [...input, shape[1]!] : shape;
    const axes = ordered.length === 4 ? [3, 2, 0, 1] : ordered.length === 2 ? [1, 0] : [0];
    const torchShape = isFirst ? shape.toReversed() : axes.map((axis) => shape[axis]!);
    return [ours, { name, shape: torchShape, places: transposedPlaces(ordered, axes) }];
  });
  return Object.fromEntries(tensors);
}

/** Of each value of a tensor, row by row, its index once the axes stand in another order. */
function transposedPlaces(shape: readonly number[], axes: readonly number[]): Int32Array {
  const strides = shape.map(() => 0);
  let stride = 1;
  for (const axis of axes.toReversed()) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const index = shape.map(() => 0);
  return Int32Array.from({ length: stride }, () => {
    const place = index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
    return place;
  });
}
