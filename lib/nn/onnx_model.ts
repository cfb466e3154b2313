import { encodeFunction } from "../compile/onnx/function.ts";
import { forwardProgram } from "./forward.ts";
import { modelOf, type Snapshot } from "./snapshot.ts";

/**
 * A network as a model in ONNX that any engine opens (operator set 18, no operators but the standard's): input `images`,
 * uint8 `[batch, height, width, channels]`, pixels from 0 to 255 (it normalises them itself); outputs `logits`, float32
 * `[batch, classes]`, and on request the measured layers, `layer_<name>`, `[batch, size]`. The file carries where it comes
 * from as metadata.
 *
 * @returns the file's bytes, equal for equal snapshots
 */
export function encodeOnnxModel(snapshot: Snapshot, { layers }: { readonly layers: boolean }): Uint8Array {
  const model = modelOf(snapshot);
  const { dataset, seed, epoch } = snapshot;
  const features = layers ? model.layers.map(({ name }) => [`layer/${name}`, `layer_${name}`]) : [];
  return encodeFunction(forwardProgram(model, snapshot.normalisation, { layers }), {
    constants: snapshot.variables,
    outputs: { logits: "logits", ...Object.fromEntries(features) },
    metadata: { dataset, model: JSON.stringify(snapshot.model), seed: `${seed}`, epoch: `${epoch}` },
  });
}
