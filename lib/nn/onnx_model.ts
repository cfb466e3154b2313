import { encodeFunction } from "../compile/onnx/function.ts";
import { decodeOnnx } from "../formats/onnx.ts";
import { decodeOnnxWeights } from "../formats/onnx_weights.ts";
import { forwardProgram } from "./forward.ts";
import { modelOf, type Snapshot, snapshotFile, snapshotOf } from "./snapshot.ts";
import { type Network, stateDictVariables } from "./state_dict.ts";
import type { Variables } from "./variables.ts";

/**
 * A network as a model in ONNX that any engine opens (operator set 18, no operators but the standard's): input `images`,
 * uint8 `[batch, height, width, channels]`, pixels from 0 to 255 (it normalises them itself); outputs `logits`, float32
 * `[batch, classes]`, and on request the measured layers, `layer_<name>`, `[batch, size]`. The file carries all that a
 * snapshot does: variables as constants of their names, the rest as metadata.
 *
 * @returns the file's bytes, equal for equal snapshots
 */
export function encodeOnnxModel(snapshot: Snapshot, { layers }: { readonly layers: boolean }): Uint8Array {
  const model = modelOf(snapshot);
  const features = layers ? model.layers.map(({ name }) => [`layer/${name}`, `layer_${name}`]) : [];
  return encodeFunction(forwardProgram(model, snapshot.normalisation, { layers }), {
    constants: snapshot.variables,
    outputs: { logits: "logits", ...Object.fromEntries(features) },
    metadata: snapshotFile(snapshot).metadata,
  });
}

/**
 * The variables of a network whose ONNX model another program wrote, with constants that have the names of a state_dict, as
 * `torch.onnx.export` leaves them; what the model computes is not held against the network.
 *
 * @param path what messages call the file
 * @throws {Error} as `readStateDict`: above all where the export has folded batch norm into the weights, whose names are then
 * missing
 */
export function decodeOnnxVariables(bytes: Uint8Array, path: string, network: Network): Variables {
  const { tensors, metadata } = decodeOnnxWeights(bytes, path);
  // Shapes and axes are constants too, but whole numbers.
  const weights = Object.entries(tensors).filter(([, { dtype }]) => dtype === "F32");
  try {
    return stateDictVariables({ tensors: Object.fromEntries(weights), metadata }, path, network);
  } catch (cause) {
    throw new Error(
      `${(cause as Error).message}; an export that optimises changes weights and names, so write it without ` +
        "(torch.onnx.export: optimize=False, external_data=False), or save a state_dict as safetensors",
      { cause },
    );
  }
}

/** Whether an ONNX model is one of {@linkcode encodeOnnxModel}, which says by itself what it is of. */
export function isOnnxSnapshot(bytes: Uint8Array, path: string): boolean {
  return Object.hasOwn(decodeOnnx(bytes, path).metadata, "format");
}

/**
 * The snapshot that {@linkcode encodeOnnxModel} made a model of.
 *
 * @param path what messages call the file
 * @throws {Error} naming the file: not a complete ONNX model, of another program, or whose variables are not the model's
 */
export function decodeOnnxModel(bytes: Uint8Array, path: string): Snapshot {
  const { tensors, metadata } = decodeOnnx(bytes, path);
  const variables = Object.entries(tensors).filter(([name]) => /^(parameters|statistics)\//.test(name));
  return snapshotOf({ tensors: Object.fromEntries(variables), metadata }, path);
}
