import { encodeFunction } from "../compile/onnx/function.ts";
import { decodeOnnx } from "../formats/onnx.ts";
import { forwardProgram } from "./forward.ts";
import { modelOf, type Snapshot, snapshotFile, snapshotOf } from "./snapshot.ts";

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
 * The snapshot that {@linkcode encodeOnnxModel} made a model of.
 *
 * @param path what messages call the file
 * @throws {Error} naming the file: not a complete ONNX model, of another program, or whose variables are not the model's
 */
export function decodeOnnxModel(bytes: Uint8Array, path: string): Snapshot {
  const { tensors, metadata } = decodeOnnx(bytes, path);
  if (!Object.hasOwn(metadata, "format")) {
    throw new Error(
      `${path}: not written by the stage export, so what its weights belong to is not known; ` +
        "save them as a state_dict in a safetensors file instead",
    );
  }
  const variables = Object.entries(tensors).filter(([name]) => /^(parameters|statistics)\//.test(name));
  return snapshotOf({ tensors: Object.fromEntries(variables), metadata }, path);
}
