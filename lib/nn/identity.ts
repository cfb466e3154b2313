import { modelOf, type Snapshot } from "./snapshot.ts";

/**
 * The first columns of every table of the study: which network a row is about. The depth is the number of measured layers,
 * which layers and effective depths are counted in; the width is the family's parameter of that name.
 */
export const identityColumns: readonly ["dataset", "model", "depth", "width", "seed"] = [
  "dataset",
  "model",
  "depth",
  "width",
  "seed",
];

/** The values of {@linkcode identityColumns} for a network. */
export function identityOf(
  network: Pick<Snapshot, "dataset" | "model" | "input" | "classes" | "seed">,
): Record<(typeof identityColumns)[number], string | number> {
  const { dataset, model, seed } = network;
  return { dataset, model: model.kind, depth: modelOf(network).layers.length, width: model.width, seed };
}
