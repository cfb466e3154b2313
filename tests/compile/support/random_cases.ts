import * as tf from "@tensorflow/tfjs";
import type { Case } from "./cases.ts";
import type { Arguments, ParityOptions } from "./operation.ts";
import { normal, uniform } from "./random.ts";

/** What is drawn from one seed. */
class Draw {
  readonly #next: () => number;
  readonly #normal: () => number;

  constructor(readonly seed: number) {
    this.#next = uniform(seed * 7919 + 13);
    this.#normal = normal(seed * 104_729 + 7);
  }

  /** An integer of a range, both ends included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  /** Whether a coin came up heads. */
  flag(): boolean {
    return this.#next() < 0.5;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)]!;
  }

  /** Values in another order. */
  shuffled<T>(values: readonly T[]): T[] {
    const rest = [...values];
    return values.map(() => rest.splice(this.integer(0, rest.length - 1), 1)[0]!);
  }

  /** Extents of 1 to 4. */
  shape(leastRank: number, mostRank: number): number[] {
    return Array.from({ length: this.integer(leastRank, mostRank) }, () => this.integer(1, 4));
  }

  /** Several shapes that stretch to one: each lacks some leading axes, and has 1 for some others. */
  stretching(count: number): number[][] {
    const whole = this.shape(1, 4);
    const shapes = Array.from(
      { length: count },
      () => whole.slice(this.pick([0, 0, 1, whole.length])).map((extent) => this.integer(0, 2) === 0 ? 1 : extent),
    );
    // Any may be the one that has it all.
    return shapes.with(this.integer(0, count - 1), whole);
  }

  axis(shape: readonly number[]): number {
    return this.integer(-shape.length, shape.length - 1);
  }

  /** Some axes, at least one. */
  axes(shape: readonly number[]): number[] {
    const all = shape.map((_, axis) => axis);
    return this.shuffled(all).slice(0, this.integer(1, all.length)).toSorted((a, b) => a - b);
  }

  numbers(shape: readonly number[]): Float32Array {
    return Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, this.#normal);
  }

  positive(shape: readonly number[]): Float32Array {
    return this.numbers(shape).map((value) => 0.3 + Math.abs(value));
  }

  indices(shape: readonly number[], limit: number): Int32Array {
    return Int32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => this.integer(0, limit - 1));
  }

  /** Images `[batch, height, width, channels]`, larger than any window here. */
  images(): [number, number, number, number] {
    return [this.integer(1, 4), this.integer(4, 9), this.integer(4, 9), this.integer(1, 5)];
  }

  window(): WindowGeometry {
    const size: [number, number] = [this.integer(1, 4), this.integer(1, 4)];
    const strides: [number, number] = [this.integer(1, 3), this.integer(1, 3)];
    // A window that lay in the padding alone would average nothing.
    const side = (extent: number) => this.integer(0, Math.min(2, extent - 1));
    const explicit: Padding = [[0, 0], [side(size[0]), side(size[0])], [side(size[1]), side(size[1])], [0, 0]];
    const padding = this.pick<Padding>(["same", "valid", side(size[0]), explicit, explicit]);
    // Of one number, TensorFlow.js takes window and strides for square.
    if (typeof padding === "number") return { size: [size[0], size[0]], strides: [strides[0], strides[0]], padding };
    return { size, strides, padding };
  }
}

type Padding = "same" | "valid" | number | [[0, 0], [number, number], [number, number], [0, 0]];

interface WindowGeometry {
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
}

/** What is said of a case, what is run, on what. */
type Drawn = readonly [label: string, run: Case[1], tensors: Arguments, options?: ParityOptions];

const said = (shapes: readonly (readonly number[])[]) => `[${shapes.join("] and [")}]`;
const saidWindow = ({ size, strides, padding }: WindowGeometry) =>
  `${size.join("x")}, strides ${strides}, padding ${Array.isArray(padding) ? padding.slice(1, 3).join("; ") : padding}`;
const argument = (draw: Draw, shape: readonly number[]) => ({ shape, values: draw.numbers(shape) });

function binary(name: "add" | "sub" | "mul" | "maximum" | "minimum" | "squaredDifference") {
  return (draw: Draw): Drawn => {
    const shapes = draw.stretching(2);
    return [`of ${said(shapes)}`, (x, y) => tf[name](x, y), shapes.map((shape) => argument(draw, shape))];
  };
}

function ofPositive(name: "div" | "pow") {
  return (draw: Draw): Drawn => {
    const [left, right] = draw.stretching(2) as [number[], number[]];
    const positive = (shape: number[]) => ({ shape, values: draw.positive(shape) });
    const tensors = [positive(left), positive(right)];
    return [`of ${said([left, right])}`, (x, y) => tf[name](x, y), tensors, { tolerance: 1e-5 }];
  };
}

function comparison(name: "equal" | "less" | "greaterEqual") {
  return (draw: Draw): Drawn => {
    const shapes = draw.stretching(2);
    const tensors = shapes.map((shape) => ({ shape, values: draw.indices(shape, 3) }));
    return [`of ${said(shapes)}`, (x, y) => tf[name](x, y), tensors];
  };
}

type UnaryName = "elu" | "selu" | "softplus" | "relu" | "relu6" | "sigmoid" | "tanh" | "exp" | "erf" | "square" | "abs";

function unary(name: UnaryName) {
  return (draw: Draw): Drawn => {
    const shape = draw.shape(0, 5);
    return [`of [${shape}]`, (x) => tf[name](x), [argument(draw, shape)]];
  };
}

function reduction(name: "sum" | "mean" | "max" | "min" | "prod") {
  return (draw: Draw): Drawn => {
    const shape = draw.shape(1, 4);
    const [axes, keep] = [draw.axes(shape), draw.flag()];
    return [`of [${shape}] over ${axes}${keep ? ", kept" : ""}`, (x) => tf[name](x, axes, keep), [
      argument(draw, shape),
    ], {
      tolerance: 5e-6,
    }];
  };
}

function cumulative(name: "cumsum" | "cumprod") {
  return (draw: Draw): Drawn => {
    const shape = draw.shape(1, 4);
    const [axis, exclusive, reverse] = [draw.integer(0, shape.length - 1), draw.flag(), draw.flag()];
    const label = `of [${shape}] along ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`;
    return [
      label,
      (x) => tf[name](x, axis, exclusive, reverse),
      [argument(draw, shape)],
      name === "cumprod" ? { noGradient: "TensorFlow.js has none" } : {},
    ];
  };
}

function ofRows(name: "softmax" | "logSoftmax") {
  return (draw: Draw): Drawn => {
    const shape = draw.shape(1, 4);
    return [`of [${shape}]`, (x) => tf[name](x), [argument(draw, shape)]];
  };
}

function argumentOf(name: "argMax" | "argMin") {
  return (draw: Draw): Drawn => {
    const shape = draw.shape(1, 4);
    const axis = draw.integer(0, shape.length - 1);
    return [`of [${shape}] along ${axis}`, (x) => tf[name](x, axis), [argument(draw, shape)], {
      noGradient: "an index",
    }];
  };
}

function pooling(name: "maxPool" | "avgPool") {
  return (draw: Draw): Drawn => {
    const [images, window] = [draw.images(), draw.window()];
    const { size, strides, padding } = window;
    const run: Case[1] = (x) => tf[name](x as tf.Tensor4D, size, strides, padding as number);
    return [`of [${images}] by ${saidWindow(window)}`, run, [argument(draw, images)]];
  };
}

/** A case of each operation for each seed. */
const drawn: Readonly<Record<string, (draw: Draw) => Drawn>> = {
  ...Object.fromEntries(
    (["add", "sub", "mul", "maximum", "minimum", "squaredDifference"] as const).map((name) => [name, binary(name)]),
  ),
  ...Object.fromEntries((["div", "pow"] as const).map((name) => [name, ofPositive(name)])),
  ...Object.fromEntries((["equal", "less", "greaterEqual"] as const).map((name) => [name, comparison(name)])),
  ...Object.fromEntries(
    (["elu", "selu", "softplus", "relu", "relu6", "sigmoid", "tanh", "exp", "erf", "square", "abs"] as const)
      .map((name) => [name, unary(name)]),
  ),
  ...Object.fromEntries((["sum", "mean", "max", "min", "prod"] as const).map((name) => [name, reduction(name)])),
  ...Object.fromEntries((["cumsum", "cumprod"] as const).map((name) => [name, cumulative(name)])),
  ...Object.fromEntries((["softmax", "logSoftmax"] as const).map((name) => [name, ofRows(name)])),
  ...Object.fromEntries((["argMax", "argMin"] as const).map((name) => [name, argumentOf(name)])),
  ...Object.fromEntries((["maxPool", "avgPool"] as const).map((name) => [name, pooling(name)])),
  leakyRelu: (draw) => {
    const [shape, alpha] = [draw.shape(1, 4), draw.pick([0.01, 0.2, 1.5])];
    return [`of [${shape}] with ${alpha}`, (x) => tf.leakyRelu(x, alpha), [argument(draw, shape)]];
  },
  prelu: (draw) => {
    const shape = draw.shape(1, 4);
    const alpha = shape.map((extent) => draw.flag() ? 1 : extent);
    const run: Case[1] = (x, alpha) => tf.prelu(x, alpha);
    return [`of ${said([shape, alpha])}`, run, [argument(draw, shape), argument(draw, alpha)]];
  },
  where: (draw) => {
    const shape = draw.shape(1, 4);
    const tensors = [{ shape, values: draw.indices(shape, 2) }, argument(draw, shape), argument(draw, shape)];
    return [`of [${shape}]`, (condition, x, y) => tf.where(tf.greater(condition, 0), x, y), tensors];
  },
  moments: (draw) => {
    const shape = draw.shape(2, 4).map((extent) => extent + 1);
    const axes = draw.axes(shape);
    const run: Case[1] = (x) => {
      const { mean, variance } = tf.moments(x, axes);
      return tf.add(tf.mul(mean, 2), tf.sqrt(tf.add(variance, 1e-3)));
    };
    return [`of [${shape}] over ${axes}`, run, [argument(draw, shape)], { tolerance: 1e-5 }];
  },
  batchNorm: (draw) => {
    const shape = draw.shape(2, 4);
    const features = shape.slice(-1);
    const run: Case[1] = (x, mean, variance, offset, scale) =>
      tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D);
    const tensors = [
      argument(draw, shape),
      argument(draw, features),
      {
        shape: features,
        values: draw.positive(features),
      },
      argument(draw, features),
      argument(draw, features),
    ];
    return [`of [${shape}]`, run, tensors, { tolerance: 1e-5 }];
  },
  reshape: (draw) => {
    const shape = draw.shape(1, 5);
    const [at] = [draw.integer(0, shape.length - 1)];
    const to = [tf.util.sizeFromShape(shape.slice(0, at)), ...shape.slice(at)];
    return [`of [${shape}] to [${to}]`, (x) => tf.reshape(x, to), [argument(draw, shape)]];
  },
  transpose: (draw) => {
    const shape = draw.shape(1, 5);
    const permutation = draw.shuffled(shape.map((_, axis) => axis));
    return [`of [${shape}] by ${permutation}`, (x) => tf.transpose(x, permutation), [argument(draw, shape)]];
  },
  slice: (draw) => {
    const shape = draw.shape(1, 4);
    const begin = shape.map((extent) => draw.integer(0, extent - 1));
    const size = shape.map((extent, axis) => draw.integer(1, extent - begin[axis]!));
    return [`of [${shape}] from ${begin}, ${size}`, (x) => tf.slice(x, begin, size), [argument(draw, shape)]];
  },
  reverse: (draw) => {
    const shape = draw.shape(1, 4);
    const axes = draw.axes(shape);
    return [`of [${shape}] along ${axes}`, (x) => tf.reverse(x, axes), [argument(draw, shape)]];
  },
  pad: (draw) => {
    const shape = draw.shape(1, 4);
    const paddings = shape.map((): [number, number] => [draw.integer(0, 2), draw.integer(0, 2)]);
    const value = draw.pick([0, 2.5]);
    const label = `of [${shape}] by ${paddings.join("; ")} with ${value}`;
    return [label, (x) => tf.pad(x, paddings, value), [argument(draw, shape)]];
  },
  concat: (draw) => {
    const shape = draw.shape(1, 4);
    const axis = draw.integer(0, shape.length - 1);
    const shapes = Array.from({ length: draw.integer(2, 4) }, () => shape.with(axis, draw.integer(1, 3)));
    const run: Case[1] = (...parts) => tf.concat(parts, axis);
    return [`of ${said(shapes)} along ${axis}`, run, shapes.map((shape) => argument(draw, shape))];
  },
  stack: (draw) => {
    const shape = draw.shape(1, 3);
    const axis = draw.integer(0, shape.length);
    return [`of [${shape}] along ${axis}`, (x, y) => tf.stack([x, y], axis), [
      argument(draw, shape),
      argument(draw, shape),
    ]];
  },
  split: (draw) => {
    const sizes = [draw.integer(1, 3), draw.integer(1, 3), draw.integer(1, 3)];
    const shape = draw.shape(1, 4);
    const axis = draw.integer(0, shape.length - 1);
    const whole = shape.with(axis, sizes[0]! + sizes[1]! + sizes[2]!);
    return [`of [${whole}] along ${axis} into ${sizes}`, (x) => {
      const [first, , last] = tf.split(x, sizes, axis);
      return tf.concat([last!, tf.mul(first!, 2)], axis);
    }, [argument(draw, whole)]];
  },
  tile: (draw) => {
    const shape = draw.shape(1, 5);
    const repeats = shape.map(() => draw.integer(1, 3));
    return [`of [${shape}] by ${repeats}`, (x) => tf.tile(x, repeats), [argument(draw, shape)]];
  },
  broadcastTo: (draw) => {
    const [shape, whole] = draw.stretching(2) as [number[], number[]];
    const to = [...tf.broadcast_util.assertAndGetBroadcastShape(shape, whole)];
    return [`of [${shape}] to [${to}]`, (x) => tf.broadcastTo(x, to), [argument(draw, shape)]];
  },
  gather: (draw) => {
    const [shape, indices] = [draw.shape(1, 4), draw.shape(1, 2)];
    const axis = draw.integer(0, shape.length - 1);
    const tensors = [argument(draw, shape), { shape: indices, values: draw.indices(indices, shape[axis]!) }];
    const run: Case[1] = (x, indices) => tf.gather(x, indices as tf.Tensor1D, axis);
    return [`of [${shape}] along ${axis} by [${indices}]`, run, tensors];
  },
  unsortedSegmentSum: (draw) => {
    const [shape, segments] = [draw.shape(1, 4), draw.integer(1, 5)];
    const ids = { shape: [shape[0]!], values: draw.indices([shape[0]!], segments) };
    const run: Case[1] = (x, ids) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, segments);
    return [`of [${shape}] into ${segments}`, run, [argument(draw, shape), ids]];
  },
  oneHot: (draw) => {
    const [shape, depth] = [draw.shape(1, 3), draw.integer(2, 6)];
    const [on, off] = [draw.pick([1, 0.9]), draw.pick([0, 0.02])];
    const run: Case[1] = (x) => tf.oneHot(x as tf.Tensor1D, depth, on, off, "float32");
    return [`of [${shape}] to ${depth}, ${on} and ${off}`, run, [{ shape, values: draw.indices(shape, depth) }]];
  },
  matMul: (draw) => {
    const [rows, inner, columns] = [draw.integer(1, 6), draw.integer(1, 6), draw.integer(1, 6)];
    const [left, right] = [draw.flag(), draw.flag()];
    const [a, b] = draw.pick([[[], []], [[3], [3]], [[2, 3], [2, 3]], [[3], [1]], [[1], [4]]]);
    const shapes = [[...a!, ...(left ? [inner, rows] : [rows, inner])], [
      ...b!,
      ...(right ? [columns, inner] : [inner, columns]),
    ]];
    const label = `of ${said(shapes)}${left ? ", left transposed" : ""}${right ? ", right transposed" : ""}`;
    const run: Case[1] = (x, y) => tf.matMul(x, y, left, right);
    return [label, run, shapes.map((shape) => argument(draw, shape)), { tolerance: 5e-6 }];
  },
  conv2d: (draw) => {
    const [images, window] = [draw.images(), draw.window()];
    const filter = [...window.size, images[3], draw.integer(1, 5)];
    const run: Case[1] = (x, w) =>
      tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, window.strides, window.padding as number);
    const label = `of [${images}] to ${filter[3]} by ${saidWindow(window)}`;
    return [label, run, [argument(draw, images), argument(draw, filter)], { tolerance: 1e-5 }];
  },
  depthwiseConv2d: (draw) => {
    const [images, window] = [draw.images(), draw.window()];
    const filter = [...window.size, images[3], draw.integer(1, 3)];
    const run: Case[1] = (x, w) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, window.strides, window.padding as number);
    const label = `of [${images}] times ${filter[3]} by ${saidWindow(window)}`;
    return [label, run, [argument(draw, images), argument(draw, filter)], { tolerance: 1e-5 }];
  },
};

/** Seeds of the operations whose geometry has most to vary, and of the others. */
const [manySeeds, seeds] = [10, 3];
const windowed: ReadonlySet<string> = new Set(["conv2d", "depthwiseConv2d", "maxPool", "avgPool"]);

/** Every operation on drawn shapes, ranks, windows and axes: the name of a case has what was drawn, and the seed. */
export const randomCases: readonly Case[] = Object.entries(drawn).flatMap(([name, draw]) =>
  Array.from({ length: windowed.has(name) ? manySeeds : seeds }, (_, index): Case => {
    const [label, run, tensors, options = {}] = draw(new Draw(index + 1));
    return [`${name} ${label} (seed ${index + 1})`, run, tensors, options];
  })
);
