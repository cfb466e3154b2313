import * as tf from "@tensorflow/tfjs";
import type { Arguments, ParityOptions } from "./operation.ts";
import { normal, uniform } from "./random.ts";

type Operation = (...tensors: tf.Tensor[]) => tf.Tensor;

/** An operation, and what it is tried on. */
export type Case = readonly [name: string, run: Operation, tensors: Arguments, options?: ParityOptions];

const positive = (length: number) => {
  const next = uniform(5);
  return Float32Array.from({ length }, () => 0.2 + 3 * next());
};
const integers = (length: number, limit: number) => {
  const next = uniform(6);
  return Int32Array.from({ length }, () => limit * next());
};
/** Numbers in [-1.5, 1.5) away from halves, where rounding and steps have no value in common between engines. */
const steps = (length: number) => {
  const next = normal(7);
  return Float32Array.from({ length }, () => Math.trunc(3 * next()) + 0.3);
};
const matrix = { shape: [5, 7] };

/** Every operation that a model may use, in all its forms. */
export const cases: readonly Case[] = [
  ...(["abs", "cos", "erf", "exp", "expm1", "neg", "relu", "relu6", "sigmoid", "sin", "square", "tanh"] as const)
    .map((name): Case => [name, (x) => tf[name](x), [matrix]]),
  ...(["log", "log1p", "reciprocal", "rsqrt", "sqrt"] as const)
    .map((name): Case => [name, (x) => tf[name](x), [{ shape: [4, 6], values: positive(24) }]]),
  ...(["ceil", "floor", "round", "sign", "step"] as const)
    .map((name): Case => [name, (x) => tf[name](x), [{ shape: [30], values: steps(30) }]]),
  ["leakyRelu", (x) => tf.leakyRelu(x, 0.1), [matrix]],
  // Zeros of both signs, side by side and alone, are different constants.
  ["signs of zeros", (x) => {
    const signs = [[0, -0], [0, 0], [-0, -0]].map((zeros) => tf.sign(tf.reciprocal(tf.tensor1d(zeros))));
    return tf.mul(x, tf.stack(signs));
  }, [{ shape: [3, 2] }]],
  ["clipByValue", (x) => tf.clipByValue(x, -0.5, 0.8), [matrix]],
  ["softplus by log1p and exp", (x) => tf.log1p(tf.exp(x)), [matrix]],

  ...(["add", "sub", "mul", "maximum", "minimum", "squaredDifference"] as const).flatMap((name): Case[] => [
    [`${name} of equal shapes`, (x, y) => tf[name](x, y), [matrix, matrix]],
    [`${name} with a row`, (x, y) => tf[name](x, y), [matrix, { shape: [7] }]],
    [`${name} of a column and a row`, (x, y) => tf[name](x, y), [{ shape: [5, 1] }, { shape: [1, 7] }]],
    [`${name} with a number`, (x) => tf[name](x, 0.7), [matrix]],
  ]),
  ["div", (x, y) => tf.div(x, y), [{ shape: [3, 4] }, { shape: [3, 4], values: positive(12) }]],
  ["div by a number", (x) => tf.div(x, 3), [matrix]],
  ["pow", (x, y) => tf.pow(x, y), [{ shape: [3, 4], values: positive(12) }, { shape: [4] }], { tolerance: 1e-5 }],
  ["pow of 3", (x) => tf.pow(x, 3), [{ shape: [3, 4], values: positive(12) }], { tolerance: 1e-5 }],
  ["addN", (x, y, z) => tf.addN([x, y, z]), [matrix, matrix, matrix]],
  ["int32 arithmetic", (x, y) => tf.sub(tf.mul(x, y), tf.add(x, 3)), [
    { shape: [6], values: integers(6, 9) },
    { shape: [6], values: integers(6, 5) },
  ]],

  ...(["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"] as const)
    .map((name): Case => [name, (x, y) => tf[name](x, y), [
      { shape: [4, 5], values: integers(20, 3) },
      { shape: [5], values: integers(5, 3) },
    ]]),
  [
    "logical functions",
    (x, y) => {
      const [left, right] = [tf.greater(x, 0), tf.less(y, 0.3)];
      return tf.logicalOr(tf.logicalAnd(left, right), tf.logicalNot(left));
    },
    [matrix, matrix],
    { noGradient: "a truth value" },
  ],
  ["where", (x, y, z) => tf.where(tf.greater(z, 1), x, tf.mul(y, 2)), [matrix, matrix, {
    shape: [5, 7],
    values: integers(35, 4),
  }]],
  ["casts", (x) => tf.cast(tf.cast(tf.mul(x, 3), "int32"), "float32"), [matrix], { noGradient: "an integer" }],

  ...(["sum", "mean", "max", "min", "prod"] as const).flatMap((name): Case[] =>
    [undefined, 0, [1], [-1], [0, 1], [0, 2]].map((axis) => [
      `${name} over ${axis ?? "all"}`,
      (x) => tf[name](x, axis, Array.isArray(axis)),
      [{ shape: [3, 4, 5] }],
      { tolerance: 5e-6 },
    ])
  ),
  ["sum of bool", (x) => tf.sum(tf.greater(x, 0)), [matrix], { noGradient: "a truth value" }],
  ["argMax", (x) => tf.argMax(x, 1), [matrix], { noGradient: "an index" }],
  ["argMin over the first axis", (x) => tf.argMin(x, 0), [matrix], { noGradient: "an index" }],
  ["argMax takes the first of equals", (x) => tf.argMax(x, 1), [{
    shape: [2, 3],
    values: Float32Array.of(1, 2, 2, 3, 3, 1),
  }], {
    noGradient: "an index",
  }],
  [
    "moments",
    (x) => {
      const { mean, variance } = tf.moments(x, [0]);
      return tf.add(mean, tf.sqrt(variance));
    },
    [matrix],
    { tolerance: 5e-6 },
  ],
  ["batchNorm", (x, mean, variance, offset, scale) => {
    return tf.batchNorm(
      x,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
      1e-3,
    );
  }, [
    { shape: [6, 2, 3, 4] },
    { shape: [4] },
    { shape: [4], values: positive(4) },
    { shape: [4] },
    { shape: [4] },
  ], { tolerance: 1e-5 }],

  ...(["cumsum", "cumprod"] as const).flatMap((name): Case[] =>
    [0, 1].map((axis) => [
      `${name} from the end along ${axis}`,
      (x) => tf[name](x, axis, true, true),
      [matrix],
      name === "cumprod" ? { noGradient: "TensorFlow.js has none" } : {},
    ])
  ),
  ["reshape", (x) => tf.reshape(tf.exp(x), [7, -1]), [matrix]],
  ["expandDims and squeeze", (x) => tf.squeeze(tf.expandDims(x, -1)), [{ shape: [3, 1, 4] }]],
  ["transpose", (x) => tf.transpose(x, [2, 0, 1]), [{ shape: [2, 3, 4] }]],
  ["transpose of a matrix in a product", (x, y) => tf.matMul(tf.transpose(x), tf.transpose(y)), [
    { shape: [5, 3] },
    { shape: [4, 5] },
  ]],
  ["slice", (x) => tf.slice(x, [1, 2], [3, -1]), [matrix]],
  ["reverse", (x) => tf.reverse(x, [0, -1]), [matrix]],
  ["pad", (x) => tf.pad(x, [[1, 2], [0, 3]], 0), [matrix]],
  ["pad with a value", (x) => tf.pad(x, [[1, 0], [0, 0]], 2.5), [matrix]],
  ["concat", (x, y) => tf.concat([x, y], 1), [matrix, { shape: [5, 2] }]],
  ["stack", (x, y) => tf.stack([x, y], 1), [matrix, matrix]],
  ["unstack", (x) => tf.add(tf.unstack(x, 1)[0]!, tf.unstack(x, 1)[2]!), [matrix]],
  ["split", (x) => tf.mul(tf.split(x, [2, 3], 0)[1]!, 2), [matrix]],
  ["tile", (x) => tf.tile(x, [2, 3]), [matrix]],
  ["tile of a column", (x) => tf.tile(x, [1, 6]), [{ shape: [4, 1] }]],
  ["broadcastTo", (x) => tf.broadcastTo(x, [3, 4, 5]), [{ shape: [4, 1] }]],
  ["gather", (x, indices) => tf.gather(x, indices as tf.Tensor1D), [matrix, { shape: [9], values: integers(9, 5) }]],
  ["oneHot", (x) => tf.oneHot(x as tf.Tensor1D, 6), [{ shape: [8], values: integers(8, 6) }]],
  ["oneHot in float32", (x) => tf.oneHot(x as tf.Tensor1D, 6, 0.9, 0.02, "float32"), [{
    shape: [8],
    values: integers(8, 6),
  }]],

  ...[[false, false], [false, true], [true, false], [true, true]].flatMap(([left, right]): Case[] =>
    [[], [3]].map((batch): Case => [
      `matMul ${left ? "transposed" : "plain"} ${right ? "transposed" : "plain"}, batches ${batch}`,
      (x, y) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, left, right),
      [{ shape: [...batch, ...(left ? [6, 4] : [4, 6])] }, { shape: [...batch, ...(right ? [5, 6] : [6, 5])] }],
    ])
  ),
  ["a dense layer", (x, weight, bias) => tf.relu(tf.add(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D), bias)), [
    { shape: [4, 6] },
    { shape: [6, 5] },
    { shape: [5] },
  ]],
  ["softmax", (x) => tf.softmax(x), [matrix]],
  ["logSoftmax", (x) => tf.logSoftmax(x), [matrix]],
  ["logSumExp", (x) => tf.logSumExp(x, 1), [matrix]],
  ["cross-entropy", (logits, labels) => {
    return tf.neg(tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, 7, 1, 0, "float32"), tf.logSoftmax(logits)), 1));
  }, [matrix, { shape: [5], values: integers(5, 7) }]],
  [
    "softmaxCrossEntropy of tf.losses",
    (logits, labels) => {
      return tf.losses.softmaxCrossEntropy(tf.oneHot(labels as tf.Tensor1D, 7), logits);
    },
    [matrix, { shape: [5], values: integers(5, 7) }],
  ],
  ["norm", (x) => tf.norm(x, 2, 1), [matrix]],
  ...[1, 2, 3].flatMap((filter) =>
    [1, 2].flatMap((stride) =>
      (["same", "valid", 1] as const).flatMap((padding) =>
        [6, 7].flatMap((size) => windowed(filter, stride, padding, size))
      )
    )
  ),
  // As many channels as engines that have a faster way for many take it for.
  ...[[3, 1, 32, 33], [3, 2, 33, 32], [1, 2, 32, 40], [3, 1, 3, 32]].flatMap(([filter, stride, channels, outputs]) =>
    [[8, 4], [5, 7], [1, 2]].map(([height, width]): Case => [
      `conv2d, filter ${filter}, stride ${stride}, ${channels} to ${outputs} channels, image ${height} by ${width}`,
      (x, w) => tf.relu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride!, (filter! - 1) / 2)),
      [{ shape: [3, height!, width!, channels!] }, { shape: [filter!, filter!, channels!, outputs!] }],
      { tolerance: 1e-5 },
    ])
  ),
];

/** A convolution and poolings of one geometry. */
function windowed(filter: number, stride: number, padding: "same" | "valid" | 1, size: number): Case[] {
  const label = `filter ${filter}, stride ${stride}, padding ${padding}, image ${size}`;
  const images = { shape: [2, size, size + 1, 3] };
  const convolution: Case = [
    `conv2d, ${label}`,
    (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, padding === 1 && filter === 1 ? 0 : padding),
    [images, { shape: [filter, filter, 3, 4] }],
    { tolerance: 5e-6 },
  ];
  if (filter === 1) return [convolution];
  const poolings = (["maxPool", "avgPool"] as const).map((kind): Case => [
    `${kind}, ${label}`,
    (x) => tf[kind](x as tf.Tensor4D, filter, stride, padding, padding === 1 ? "floor" : undefined),
    [images],
  ]);
  return [convolution, ...poolings];
}
