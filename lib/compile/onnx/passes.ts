import { channelsFirst } from "../passes/channels_first.ts";
import { columnFactors } from "../passes/column_factors.ts";
import { filterGradientAsProduct } from "../passes/filter_gradient.ts";
import { arrangeImages } from "../passes/image_axes.ts";
import { packState } from "../passes/pack_state.ts";
import { smallTermsFirst } from "../passes/small_terms.ts";
import { winogradConvolution } from "../passes/winograd.ts";
import { narrowConvolution } from "../passes/narrow_convolution.ts";
import { type Pass, rewriting } from "../passes/rewrite.ts";

/** What {@linkcode onnxPasses} leaves to choose. */
export interface OnnxPassOptions {
  /** Convolutions by Winograd's minimal filtering, which rounds two to six times as much as ONNX Runtime's own do. */
  readonly winograd: boolean;
}

/**
 * What suits ONNX Runtime: its matrix products beat its convolutions, which want channels first, and its sums over a batch; and
 * it fuses a product with a sum after it, not with a factor.
 */
export function onnxPasses({ winograd }: OnnxPassOptions): readonly Pass[] {
  const products = winograd ? [winogradConvolution, narrowConvolution] : [];
  return [
    columnFactors,
    arrangeImages(...products, channelsFirst),
    rewriting(filterGradientAsProduct),
    rewriting(smallTermsFirst),
    packState,
  ];
}
