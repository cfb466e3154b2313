/**
 * Writes a snapshot as a model that other programs open.
 *
 * Dep: the folder of snapshots. Out: an ONNX file, or a PyTorch state_dict (safetensors).
 * @module
 */
import { z } from "zod";
import { encodeOnnxModel } from "../lib/nn/onnx_model.ts";
import { listSnapshots, readSnapshot } from "../lib/nn/snapshot.ts";
import { encodeStateDict } from "../lib/nn/state_dict.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** Writes a snapshot as a model that other programs open. */
export default stage({
  parameters: z.strictObject({
    format: z.enum(["onnx", "pytorch"]).meta({
      description: "onnx: a model of raw images; pytorch: a state_dict in a safetensors file",
    }),
    epoch: z.union([z.literal("last"), z.int().min(0)]).default("last").meta({ description: "Whose snapshot" }),
    layers: z.boolean().default(false).meta({ description: "onnx: give the measured layers besides the logits" }),
  }),
  deps: ["snapshots"],
  outs: ["model"],

  async run({ with: { format, epoch, layers }, deps, outs }) {
    const snapshots = await listSnapshots(deps.snapshots);
    const chosen = epoch === "last" ? snapshots.at(-1) : snapshots.find((snapshot) => snapshot.epoch === epoch);
    if (chosen === undefined) {
      const epochs = snapshots.map((snapshot) => snapshot.epoch).join(", ");
      throw new Error(`${deps.snapshots}: no snapshot after epoch ${epoch}; there are those after ${epochs}`);
    }
    const snapshot = await readSnapshot(chosen.path);
    const isOnnx = format === "onnx";
    const bytes = isOnnx ? encodeOnnxModel(snapshot, { layers }) : encodeStateDict(snapshot, snapshot.variables);
    await Deno.writeFile(outs.model, bytes);
  },
});
