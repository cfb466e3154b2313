import type { Snapshot } from "./snapshot.ts";

/** The first columns of every table of the study: which network a row is about. */
export const identityColumns: readonly ["dataset", "model", "depth", "width", "seed"] = [
  "dataset",
  "model",
  "depth",
  "width",
  "seed",
];

/** The values of {@linkcode identityColumns} for a network. */
export function identityOf(
  { dataset, model, seed }: Pick<Snapshot, "dataset" | "model" | "seed">,
): Record<(typeof identityColumns)[number], string | number> {
  return { dataset, model: model.kind, depth: model.depth, width: model.width, seed };
}
