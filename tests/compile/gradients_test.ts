import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import "../../lib/compile/gradients.ts";
import { normal } from "./support/random.ts";

await tf.setBackend("cpu");

/** Values in float64, the last extent fastest. */
interface Values {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An operation as TensorFlow.js has it, and in float64 on the host. */
interface Case {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly run: (...tensors: tf.Tensor[]) => tf.Tensor;
  readonly host: (...values: Values[]) => Float64Array;
}

const sizeOf = (shape: readonly number[]) => shape.reduce((size, extent) => size * extent, 1);

/** The indices of a place, outermost first. */
function indicesOf(place: number, shape: readonly number[]): number[] {
  return shape.map((extent, axis) => Math.floor(place / sizeOf(shape.slice(axis + 1))) % extent);
}

/** The value at indices, where values with fewer axes, or axes of 1, are repeated. */
function valueAt({ shape, data }: Values, indices: readonly number[]): number {
  const own = indices.slice(indices.length - shape.length);
  return data[own.reduce((place, index, axis) => place * shape[axis]! + (shape[axis] === 1 ? 0 : index), 0)]!;
}

const ofShape = (shape: readonly number[], value: (indices: number[]) => number) =>
  Float64Array.from({ length: sizeOf(shape) }, (_, place) => value(indicesOf(place, shape)));

const stretched = (
  name: "maximum" | "minimum" | "squaredDifference",
  host: (left: number, right: number) => number,
): Case[] =>
  [[[2, 3], [3]], [[2, 1], [1, 3]], [[3], [2, 1, 3]]].map((shapes) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(shapes[0]!, shapes[1]!);
    return {
      name: `${name} of [${shapes.join("] and [")}]`,
      shapes,
      run: (x, y) => tf[name](x!, y!),
      host: (x, y) => ofShape(shape, (indices) => host(valueAt(x!, indices), valueAt(y!, indices))),
    };
  });

/** An average over the values of a window within the image, of one channel. */
function averages(
  { shape: [, height, width], data }: Values,
  { size, stride, padding, places }: { size: number; stride: number; padding: number; places: readonly number[] },
): Float64Array {
  return ofShape(places, ([row, column]) => {
    let [sum, count] = [0, 0];
    for (let u = row! * stride - padding; u < row! * stride - padding + size; u++) {
      for (let v = column! * stride - padding; v < column! * stride - padding + size; v++) {
        if (u < 0 || v < 0 || u >= height! || v >= width!) continue;
        [sum, count] = [sum + data[u * width! + v]!, count + 1];
      }
    }
    return sum / count;
  });
}

const cases: readonly Case[] = [
  ...stretched("maximum", Math.max),
  ...stretched("minimum", Math.min),
  ...stretched("squaredDifference", (left, right) => (left - right) ** 2),
  {
    name: "matMul of one matrix with three",
    shapes: [[1, 2, 3], [3, 3, 2]],
    run: (x, y) => tf.matMul(x!, y!),
    host: (x, y) =>
      ofShape([3, 2, 2], ([batch, row, column]) =>
        [0, 1, 2].reduce(
          (sum, at) => sum + valueAt(x!, [batch!, row!, at]) * valueAt(y!, [batch!, at, column!]),
          0,
        )),
  },
  ...[0, 1].flatMap((axis) =>
    [[false, false], [true, false], [false, true], [true, true]].map(([exclusive, reverse]): Case => ({
      name: `cumsum along ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`,
      shapes: [[3, 3]],
      run: (x) => tf.cumsum(x!, axis, exclusive, reverse),
      host: (x) =>
        ofShape(x!.shape, (indices) => {
          return [0, 1, 2].filter((other) => {
            const distance = (reverse ? -1 : 1) * (indices[axis]! - other);
            return exclusive ? distance > 0 : distance >= 0;
          }).reduce((sum, other) => sum + valueAt(x!, indices.with(axis, other)), 0);
        }),
    }))
  ),
  ...[[2, 1, 3], [1, 2, 2, 1, 2]].map((repeats): Case => {
    const shape = repeats.map((_, axis) => 1 + axis % 2);
    return {
      name: `tile of [${shape}] by ${repeats}`,
      shapes: [shape],
      run: (x) => tf.tile(x!, repeats),
      host: (x) =>
        ofShape(
          shape.map((extent, axis) => extent * repeats[axis]!),
          (indices) => valueAt(x!, indices.map((index, axis) => index % shape[axis]!)),
        ),
    };
  }),
  {
    name: "broadcastTo of more axes",
    shapes: [[2, 1]],
    run: (x) => tf.broadcastTo(x!, [3, 2, 4]),
    host: (x) => ofShape([3, 2, 4], (indices) => valueAt(x!, indices)),
  },
  ...[-1, 0, [0, 1], undefined].map((axis): Case => ({
    name: `prod over ${axis ?? "all"}`,
    shapes: [[2, 3]],
    run: (x) => tf.prod(x!, axis),
    host: (x) => {
      const axes = tf.util.parseAxisParam(axis as number, [2, 3]);
      const shape = [2, 3].filter((_, at) => !axes.includes(at));
      const products = new Float64Array(sizeOf(shape)).fill(1);
      x!.data.forEach((value, place) => {
        const own = indicesOf(place, [2, 3]).filter((_, at) => !axes.includes(at));
        products[own[0] ?? 0]! *= value;
      });
      return products;
    },
  })),
  ...[[3, 1, 1], [3, 2, 1], [2, 3, 1]].map(([size, stride, padding]): Case => ({
    name: `avgPool of 5x6 by ${size}, stride ${stride}, padding ${padding}`,
    shapes: [[1, 5, 6, 1]],
    run: (x) => tf.avgPool(x as tf.Tensor4D, size!, stride!, padding!),
    host: (x) => {
      const places = [5, 6].map((extent) => Math.floor((extent + 2 * padding! - size!) / stride!) + 1);
      return averages(x!, { size: size!, stride: stride!, padding: padding!, places });
    },
  })),
];

for (const { name, shapes, run, host } of cases) {
  Deno.test(`the gradient of ${name} is that of finite differences in float64`, () => {
    const next = normal(11);
    const inputs = shapes.map((shape): Values => ({ shape, data: Float64Array.from({ length: sizeOf(shape) }, next) }));
    // Numbers of float32, so that both differentiate at the same place.
    for (const { data } of inputs) data.forEach((value, index) => data[index] = Math.fround(value));
    const weight = (index: number) => Math.cos(index) + 0.25;
    const tensors = inputs.map(({ shape, data }) => tf.tensor(Float32Array.from(data), [...shape]));
    const gradients = tf.grads((...tensors) => {
      const value = run(...tensors);
      const weights = Float32Array.from({ length: value.size }, (_, index) => weight(index));
      return tf.sum(tf.mul(value, tf.tensor(weights, value.shape)));
    })(tensors);
    const loss = () => host(...inputs).reduce((sum, value, index) => sum + value * Math.fround(weight(index)), 0);
    inputs.forEach(({ shape, data }, index) => {
      assert.deepEqual(gradients[index]!.shape, shape);
      const found = gradients[index]!.dataSync();
      data.forEach((value, place) => {
        const step = 1e-6;
        data[place] = value + step;
        const above = loss();
        data[place] = value - step;
        const difference = (above - loss()) / (2 * step);
        data[place] = value;
        const tolerance = 1e-5 * Math.max(1, Math.abs(difference));
        assert.ok(Math.abs(found[place]! - difference) <= tolerance, `${found[place]} against ${difference}`);
      });
    });
  });
}
