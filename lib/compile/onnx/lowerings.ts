import { convolutionLowerings } from "./convolution.ts";
import { depthwiseLowerings } from "./depthwise.ts";
import { elementwiseLowerings } from "./elementwise.ts";
import type { Lowerings } from "./emitter.ts";
import { poolingLowerings } from "./pooling.ts";
import { productLowerings } from "./product.ts";
import { structureLowerings } from "./structure.ts";

/** How each operation is written in ONNX. */
export const lowerings: Lowerings = {
  ...elementwiseLowerings,
  ...structureLowerings,
  ...productLowerings,
  ...convolutionLowerings,
  ...depthwiseLowerings,
  ...poolingLowerings,
  input: ({ operation }) => {
    throw new Error(`The graph uses the input "${operation.name}", which it does not list`);
  },
};
