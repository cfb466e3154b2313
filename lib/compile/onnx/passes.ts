import { channelsFirst } from "../passes/channels_first.ts";
import { columnFactors } from "../passes/column_factors.ts";
import { filterGradientAsProduct } from "../passes/filter_gradient.ts";
import { smallTermsFirst } from "../passes/small_terms.ts";
import { type Pass, rewriting } from "../passes/rewrite.ts";

/**
 * What suits ONNX Runtime: its convolutions want channels first, its matrix products beat its convolutions at sums over a batch,
 * and it fuses a product with a sum after it, not with a factor.
 */
export const onnxPasses: readonly Pass[] = [
  rewriting(filterGradientAsProduct),
  channelsFirst,
  columnFactors,
  rewriting(smallTermsFirst),
];
