import { centredMeans } from "./centred_means.ts";
import type { ClassMoments, Features, Labels } from "./moments.ts";

/** Class means that the inner loop visits together: enough independent sums to keep the processor busy. */
const group = 5;

/**
 * Projects examples on the centred class means M, `[C, D]`: p(x) = M (f(x) - mu_y). Residuals are taken before they are
 * projected, all in float64, so nothing cancels, however far features lie from zero.
 *
 * @param moments whose means they are
 * @returns of features `[examples, D]` and their labels the projections, `[examples, C]`
 */
export function residualProjections(moments: ClassMoments): (features: Features, labels: Labels) => Float64Array {
  const { classes, size, means } = moments;
  const padded = Math.ceil(classes / group) * group;
  const directions = new Float64Array(padded * size);
  directions.set(centredMeans(moments).means);
  const residual = new Float64Array(size);
  const own = new Float64Array(padded);
  return (features, labels) => {
    const projections = new Float64Array(labels.length * classes);
    for (let row = 0; row < labels.length; row++) {
      const [offset, mean] = [row * size, labels[row]! * size];
      for (let at = 0; at < size; at++) residual[at] = features[offset + at]! - means[mean + at]!;
      project(residual, directions, own);
      for (let label = 0; label < classes; label++) projections[row * classes + label] = own[label]!;
    }
    return projections;
  };
}

/** The products of a residual with each direction. */
function project(residual: Float64Array, directions: Float64Array, products: Float64Array): void {
  const size = residual.length;
  for (let first = 0; first < products.length; first += group) {
    const [o0, o1, o2, o3, o4] = [
      first * size,
      (first + 1) * size,
      (first + 2) * size,
      (first + 3) * size,
      (first + 4) * size,
    ];
    let [s0, s1, s2, s3, s4] = [0, 0, 0, 0, 0];
    for (let at = 0; at < size; at++) {
      const value = residual[at]!;
      s0 += value * directions[o0 + at]!;
      s1 += value * directions[o1 + at]!;
      s2 += value * directions[o2 + at]!;
      s3 += value * directions[o3 + at]!;
      s4 += value * directions[o4 + at]!;
    }
    products[first] = s0;
    products[first + 1] = s1;
    products[first + 2] = s2;
    products[first + 3] = s3;
    products[first + 4] = s4;
  }
}
