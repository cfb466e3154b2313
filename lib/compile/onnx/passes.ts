import { channelsFirst } from "../passes/channels_first.ts";
import { filterGradientAsProduct } from "../passes/filter_gradient.ts";
import { smallTermsFirst } from "../passes/small_terms.ts";
import { type Pass, rewriting } from "../passes/rewrite.ts";

/** What suits ONNX Runtime: its convolutions want channels first, and its matrix products beat its convolutions at sums over a batch. */
export const onnxPasses: readonly Pass[] = [
  rewriting(filterGradientAsProduct),
  channelsFirst,
  rewriting(smallTermsFirst),
];
