import assert from "node:assert/strict";
import type { Variables } from "../../lib/nn/variables.ts";

/** Images in float64, `[batch, height, width, channels]`. */
export interface Images {
  readonly shape: readonly [number, number, number, number];
  readonly values: readonly number[];
}

/** A layer by its definition: what lies outside the images counts as zero. */
export function convolved(images: Images, weight: Float32Array, size: number, stride: number): Images {
  const [batch, height, width, channels] = images.shape;
  const outputs = weight.length / (size * size * channels);
  const [rows, columns, before] = [Math.ceil(height / stride), Math.ceil(width / stride), (size - 1) / 2];
  const values: number[] = [];
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let output = 0; output < outputs; output++) {
          let sum = 0;
          for (let u = 0; u < size; u++) {
            for (let v = 0; v < size; v++) {
              const [y, x] = [row * stride + u - before, column * stride + v - before];
              if (y < 0 || x < 0 || y >= height || x >= width) continue;
              for (let channel = 0; channel < channels; channel++) {
                sum += images.values[((image * height + y) * width + x) * channels + channel]! *
                  weight[((u * size + v) * channels + channel) * outputs + output]!;
              }
            }
          }
          values.push(sum);
        }
      }
    }
  }
  return { shape: [batch, rows, columns, outputs], values };
}

/** Batch norm with the running moments of a norm's name. */
export function normed(images: Images, variables: Variables, name: string): Images {
  const of = (what: string) => variables[what]!;
  return mapped(images, (value, channel) => {
    const centred = value - of(`statistics/${name}.mean`)[channel]!;
    const unscaled = centred / Math.sqrt(of(`statistics/${name}.variance`)[channel]! + 1e-5);
    return unscaled * of(`parameters/${name}.scale`)[channel]! + of(`parameters/${name}.offset`)[channel]!;
  });
}

/** A function of each value and its channel. */
export function mapped(images: Images, run: (value: number, channel: number) => number): Images {
  return { ...images, values: images.values.map((value, index) => run(value, index % images.shape[3])) };
}

/** The mean over each image, then a linear map: `[batch, classes]`. */
export function classified(images: Images, weight: Float32Array, bias: Float32Array): number[] {
  const [batch, height, width, channels] = images.shape;
  const places = height * width;
  return Array.from({ length: batch * bias.length }, (_, index) => {
    const [image, output] = [Math.floor(index / bias.length), index % bias.length];
    let sum = bias[output]!;
    for (let at = 0; at < places * channels; at++) {
      const value = images.values[image * places * channels + at]!;
      sum += value / places * weight[at % channels * bias.length + output]!;
    }
    return sum;
  });
}

/** Variables of which no norm is left as it starts, so that each has an effect. */
export function disturbed(variables: Variables): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, values]) => {
      return [name, /weight/.test(name) ? values : values.map((value, index) => value + 0.1 * (index % 5 + 1))];
    }),
  );
}

/** Fails where a value differs by more than rounding. */
export function assertNear(found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-5): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, index) => {
    const difference = Math.abs(found[index]! - value);
    assert.ok(difference <= tolerance * Math.max(1, Math.abs(value)), `${index}: ${found[index]} ${value}`);
  });
}
