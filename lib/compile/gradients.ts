/**
 * Gradients that TensorFlow.js lacks or has wrong, registered in place of its own for all who run a program's body, compiled or
 * eager, so that every runtime differentiates alike. Importing this module is enough.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";

/** What tfjs calls to differentiate a kernel: gradients of the inputs by name, from that of the output. */
type GradientFunction = (
  dy: tf.Tensor,
  saved: tf.Tensor[],
  attributes: tf.NamedAttrMap,
) => Record<string, () => tf.Tensor>;

interface Gradient {
  readonly kernelName: string;
  readonly inputsToSave: string[];
  readonly gradFunc: GradientFunction;
}

/** tfjs's own gradient of two inputs whose shapes may differ, summed to that of each; tfjs leaves them at the output's. */
function ofStretched(kernelName: string): Gradient {
  const { gradFunc, inputsToSave = [] } = tf.getGradient(kernelName);
  return {
    kernelName,
    inputsToSave,
    gradFunc: (dy, saved, attributes) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const gradients = gradFunc(dy, saved, attributes) as ReturnType<GradientFunction>;
      return { a: () => summedTo(gradients.a!(), a.shape), b: () => summedTo(gradients.b!(), b.shape) };
    },
  };
}

/** Values summed over what a shape stretched along; themselves where it did not. */
function summedTo(values: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, values.shape);
  return axes.length === 0 ? values : tf.reshape(tf.sum(values, axes), shape);
}

/** Repeats along an axis lie behind each other, so that they are an axis of their own; tfjs has ranks up to 4, piece by piece. */
const tile: Gradient = {
  kernelName: "Tile",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const repeats = attributes.reps as number[];
    const gradient = () => {
      let summed = dy;
      repeats.forEach((repeat, axis) => {
        if (repeat === 1) return;
        const outer = tf.util.sizeFromShape(x.shape.slice(0, axis));
        summed = tf.sum(tf.reshape(summed, [outer, repeat, -1]), 1);
      });
      return tf.reshape(summed, x.shape);
    };
    return { x: gradient };
  },
};

/** tfjs's own of a product over axes, which it takes to be counted from the front. */
function product(): Gradient {
  const { gradFunc, inputsToSave = [] } = tf.getGradient("Prod");
  return {
    kernelName: "Prod",
    inputsToSave,
    gradFunc: (dy, saved, attributes) => {
      const axis = tf.util.parseAxisParam(attributes.axis as number[], saved[0]!.shape);
      return gradFunc(dy, saved, { ...attributes, axis }) as ReturnType<GradientFunction>;
    },
  };
}

/** The sum from the other end; tfjs exchanges axes besides, unless it is along the last. */
const cumulativeSum: Gradient = {
  kernelName: "Cumsum",
  inputsToSave: [],
  gradFunc: (dy, _, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy, axis as number, exclusive as boolean, !reverse),
  }),
};

/**
 * An average is over the values within the image, and so is its gradient; most backends of tfjs divide it by the whole window's size
 * also where the window reaches beyond. Written by what they agree on, the gradient without padding.
 */
const averagePool: Gradient = {
  kernelName: "AvgPool",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor4D];
    const { filterSize, strides } = attributes as { filterSize: number; strides: number };
    const info = tf.backend_util.computePool2DInfo(
      x.shape,
      filterSize,
      strides,
      1,
      attributes.pad as number,
      attributes.dimRoundingMode as "floor",
    );
    const { top, left, bottom, right } = info.padInfo;
    const gradient = (dy: tf.Tensor, input: tf.Tensor) =>
      tf.engine().runKernel("AvgPoolGrad", { dy, input }, { filterSize, strides, pad: "valid" }) as tf.Tensor;
    if (Math.max(top, left, bottom, right) === 0) return { x: () => gradient(dy, x) };
    return {
      x: () => {
        const [batch, height, width, channels] = x.shape;
        const rows = countsWithin(height, info.outHeight, info.filterHeight, info.strideHeight, top);
        const columns = countsWithin(width, info.outWidth, info.filterWidth, info.strideWidth, left);
        const size = info.filterHeight * info.filterWidth;
        const factors = rows.flatMap((row) => columns.map((column) => size / (row * column)));
        const scaled = tf.mul(dy, tf.tensor(factors, [1, rows.length, columns.length, 1]));
        const reached = [
          Math.max(top + height, (info.outHeight - 1) * info.strideHeight + info.filterHeight),
          Math.max(left + width, (info.outWidth - 1) * info.strideWidth + info.filterWidth),
        ] as const;
        return tf.slice(gradient(scaled, tf.zeros([batch, ...reached, channels])), [0, top, left, 0], x.shape);
      },
    };
  },
};

/** How many places of a window lie within an image, along one axis, for each place of the window. */
function countsWithin(extent: number, places: number, window: number, stride: number, before: number): number[] {
  return Array.from({ length: places }, (_, place) => {
    const start = place * stride - before;
    return Math.min(extent, start + window) - Math.max(0, start);
  });
}

const gradients: readonly Gradient[] = [
  ...["Maximum", "Minimum", "SquaredDifference", "BatchMatMul"].map(ofStretched),
  product(),
  tile,
  cumulativeSum,
  averagePool,
];

for (const { kernelName, inputsToSave, gradFunc } of gradients) {
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, inputsToSave, gradFunc: gradFunc as tf.GradFunc });
}
