import type { Snapshot } from "./snapshot.ts";

/**
 * The weights of a network's last linear map, from features to logits: `[features, classes]`, row by row. All families call
 * it `output`.
 *
 * @throws {Error} where the snapshot has no such variable
 */
export function classifierWeights({ variables }: Pick<Snapshot, "variables">): Float32Array {
  const weights = variables["parameters/output.weight"];
  if (weights === undefined) {
    throw new Error(
      `A snapshot without the variable parameters/output.weight; it has ${Object.keys(variables).join(", ")}`,
    );
  }
  return weights as Float32Array;
}
