import * as tf from "@tensorflow/tfjs";
import { node } from "../graph/node.ts";
import type { Window } from "../graph/operation.ts";
import { sameShape, windowExtents } from "../graph/shape.ts";
import { type KernelTracer, UnsupportedAttributes } from "./kernel.ts";

type Image = [number, number, number, number];
type Attributes = Readonly<Record<string, unknown>>;

/** Kernels of layers: products, convolutions, pooling, softmax. */
export const networkTracers: Readonly<Record<string, KernelTracer>> = {
  BatchMatMul: ({ tensor, attributes }) => {
    const [transposeLeft, transposeRight] = [attributes.transposeA === true, attributes.transposeB === true];
    return node({ kind: "matMul", transposeLeft, transposeRight }, [tensor("a"), tensor("b")]);
  },
  Softmax: ({ tensor }) => node({ kind: "softmax", logarithm: false }, [tensor("logits")]),
  LogSoftmax: ({ tensor }) => node({ kind: "softmax", logarithm: true }, [tensor("logits")]),
  Conv2D: ({ tensor, attributes }) => {
    const [x, filter] = [tensor("x"), tensor("filter")];
    return node({ kind: "convolution", window: convolutionWindow(x.shape, filter.shape, attributes) }, [x, filter]);
  },
  Conv2DBackpropInput: ({ tensor, attributes }) => {
    const [dy, filter, shape] = [tensor("dy"), tensor("filter"), [...attributes.inputShape as number[]]];
    const window = convolutionWindow(shape, filter.shape, attributes);
    return node({ kind: "convolutionInputGradient", window, shape }, [dy, filter]);
  },
  Conv2DBackpropFilter: ({ tensor, attributes }) => {
    const [x, dy, shape] = [tensor("x"), tensor("dy"), [...attributes.filterShape as number[]]];
    const window = convolutionWindow(x.shape, shape, attributes);
    return node({ kind: "convolutionFilterGradient", window, shape }, [x, dy]);
  },
  DepthwiseConv2dNative: ({ tensor, attributes }) => {
    const [x, filter] = [tensor("x"), tensor("filter")];
    const window = convolutionWindow(x.shape, filter.shape, attributes, true);
    return node({ kind: "depthwiseConvolution", window }, [x, filter]);
  },
  DepthwiseConv2dNativeBackpropInput: ({ tensor, attributes }) => {
    const [dy, filter, shape] = [tensor("dy"), tensor("filter"), [...attributes.inputShape as number[]]];
    const window = convolutionWindow(shape, filter.shape, attributes, true);
    return node({ kind: "depthwiseInputGradient", window, shape }, [dy, filter]);
  },
  DepthwiseConv2dNativeBackpropFilter: ({ tensor, attributes }) => {
    const [x, dy, shape] = [tensor("x"), tensor("dy"), [...attributes.filterShape as number[]]];
    const window = convolutionWindow(x.shape, shape, attributes, true);
    return node({ kind: "depthwiseFilterGradient", window, shape }, [x, dy]);
  },
  MaxPool: ({ input, attributes }) =>
    node({ kind: "pool", function: "max", window: poolWindow(input.shape, attributes) }, [input]),
  AvgPool: ({ input, attributes }) =>
    node({ kind: "pool", function: "average", window: poolWindow(input.shape, attributes) }, [input]),
  MaxPoolGrad: ({ tensor, attributes }) => {
    const [dy, images] = [tensor("dy"), tensor("input")];
    return node({ kind: "maxPoolGradient", window: poolWindow(images.shape, attributes) }, [dy, images]);
  },
  AvgPoolGrad: ({ tensor, attributes }) => {
    const shape = tensor("input").shape;
    return node({ kind: "averagePoolGradient", window: poolWindow(shape, attributes), shape }, [tensor("dy")]);
  },
};

function convolutionWindow(
  images: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
  isDepthwise: boolean = false,
): Window {
  if ((attributes.dataFormat ?? "NHWC") !== "NHWC") throw new UnsupportedAttributes("only NHWC images can be compiled");
  return windowOf(
    images,
    tf.backend_util.computeConv2DInfo(
      images as Image,
      filter as Image,
      attributes.strides as number,
      (attributes.dilations ?? 1) as number,
      attributes.pad as number,
      attributes.dimRoundingMode as "floor",
      isDepthwise,
    ),
  );
}

function poolWindow(images: readonly number[], attributes: Attributes): Window {
  return windowOf(
    images,
    tf.backend_util.computePool2DInfo(
      images as Image,
      attributes.filterSize as number,
      attributes.strides as number,
      1,
      attributes.pad as number,
      attributes.dimRoundingMode as "floor",
    ),
  );
}

function windowOf([, inHeight, inWidth]: readonly number[], info: tf.backend_util.Conv2DInfo): Window {
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) {
    throw new UnsupportedAttributes("only a dilation of 1 can be compiled");
  }
  const { top, left, bottom, right } = info.padInfo;
  const window: Window = {
    height: info.filterHeight,
    width: info.filterWidth,
    strideHeight: info.strideHeight,
    strideWidth: info.strideWidth,
    top,
    left,
    bottom,
    right,
  };
  // Of a padding of one number, TensorFlow.js takes window and stride for square; and it can round an extent otherwise than down.
  const extents = windowExtents([inHeight!, inWidth!], window);
  if (!sameShape(extents, [info.outHeight, info.outWidth])) {
    throw new UnsupportedAttributes(
      `its window has ${
        extents.join(" x ")
      } places, of which TensorFlow.js makes ${info.outHeight} x ${info.outWidth} ` +
        `(give the padding of each side, [[0, 0], [top, bottom], [left, right], [0, 0]], and no other rounding than "floor")`,
    );
  }
  return window;
}
