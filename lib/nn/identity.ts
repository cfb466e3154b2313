import { modelOf, type Snapshot } from "./snapshot.ts";
import { joined, modelVariant } from "./variant.ts";

/**
 * The first columns of every table of the study: which network a row is about. The depth is the number of measured layers,
 * which layers and effective depths are counted in; the width is the family's parameter of that name; the label noise is the
 * share of train labels that were replaced, 0 where none was; the variant is what else it differs in from the usual network, as
 * "residual, loss mse", empty where that is nothing.
 */
export const identityColumns: readonly ["dataset", "model", "depth", "width", "seed", "label_noise", "variant"] = [
  "dataset",
  "model",
  "depth",
  "width",
  "seed",
  "label_noise",
  "variant",
];

/** The values of {@linkcode identityColumns} for a network. */
export function identityOf(
  network: Pick<Snapshot, "dataset" | "model" | "input" | "classes" | "seed" | "labelNoise" | "variant">,
): Record<(typeof identityColumns)[number], string | number> {
  const { dataset, model, seed, labelNoise } = network;
  const variant = joined([modelVariant(model), network.variant ?? ""]);
  const depth = modelOf(network).layers.length;
  return { dataset, model: model.kind, depth, width: model.width, seed, label_noise: labelNoise?.share ?? 0, variant };
}
