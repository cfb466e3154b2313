import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Runtime } from "../runtimes/runtime.ts";
import type { LinearProbe, ProbedData, ProbedNetwork } from "./probe.ts";
import { type StandardisedFeatures, standardisedFeatures, unstandardised } from "./probe_features.ts";

/** How probes are solved in closed form. */
export interface RidgeParameters {
  /** The penalty is this times the squared norm of the weights (biases are free), on features of unit mean square. */
  readonly l2: number;
}

/** A probe that solves its normal equations. */
export interface RidgeProbe extends LinearProbe {
  /** Norm of the objective's gradient, as a share of that at zero weights: what rounding leaves. */
  readonly gradientNorm: number;
}

/** Examples that are added to the normal equations together. */
const together = 4;

/**
 * The linear probe of least squares with an L2 penalty on a layer (ridge regression, Hoerl and Kennard 1970, of the classes'
 * indicators; the largest output is the class): the minimum of
 *
 *     (1 / N) sum |W^T x + b - y|^2 + l2 |W|^2
 *
 * over the whole set, x being the standardised features and y one-hot. (X^T X / N + l2 I) W = X^T (Y - mean of Y) / N is
 * solved by Cholesky, all in float64; the weights returned are those for the features as they are.
 *
 * @throws {Error} where the layer is wider than `widestConverged`, or rounding has made the equations indefinite
 */
export async function ridgeProbe(
  network: ProbedNetwork,
  layer: string,
  data: ProbedData,
  { l2 }: RidgeParameters,
  engine: { readonly runtime: Runtime; readonly threads: number },
): Promise<RidgeProbe> {
  const { classes } = network;
  const found = await standardisedFeatures(network, layer, data, engine);
  const { labels } = data.examples;
  const shares = new Float64Array(classes);
  labels.forEach((label) => shares[label]! += 1 / labels.length);
  const { gram, products } = normalEquations(found, labels, shares);
  for (let at = 0; at < found.size; at++) gram.set(at, at, gram.get(at, at) + l2);
  const factor = new CholeskyDecomposition(gram);
  if (!factor.isPositiveDefinite()) {
    throw new Error(`The normal equations of layer ${layer} are singular to rounding; raise ridge.l2 from ${l2}`);
  }
  const weights = factor.solve(products);
  const gradient = gram.mmul(weights).sub(products).norm("frobenius");
  const atZero = products.norm("frobenius");
  const point = Float64Array.of(...weights.to1DArray(), ...shares);
  return { ...unstandardised(point, found, classes), gradientNorm: atZero === 0 ? 0 : gradient / atZero };
}

/** X^T X / N, `[size, size]`, and X^T (Y - mean of Y) / N, `[size, classes]`. */
function normalEquations(
  { features, size, centre, scale }: StandardisedFeatures,
  labels: Int32Array,
  shares: Float64Array,
): { readonly gram: Matrix; readonly products: Matrix } {
  const count = labels.length;
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const products = Array.from(shares, () => new Float64Array(size));
  // Rows past the end stay zeros, which add nothing.
  const block = Array.from({ length: together }, () => new Float64Array(size));
  for (let start = 0; start < count; start += together) {
    block.forEach((row, index) => {
      const example = start + index;
      for (let at = 0; at < size; at++) {
        row[at] = example < count ? (features[example * size + at]! - centre[at]!) / scale : 0;
      }
      if (example < count) addProducts(products, row, labels[example]!, shares);
    });
    addOuter(gram, block);
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) gram[i]![j] = gram[j]![i]!;
  return { gram: matrixOf(gram).div(count), products: matrixOf(products).transpose().div(count) };
}

/** Adds the upper triangle of the sum of x x^T over a block. */
function addOuter(gram: readonly Float64Array[], [first, second, third, fourth]: readonly Float64Array[]): void {
  for (let i = 0; i < gram.length; i++) {
    const sums = gram[i]!;
    const [a, b, c, d] = [first![i]!, second![i]!, third![i]!, fourth![i]!];
    for (let j = i; j < gram.length; j++) {
      sums[j]! += a * first![j]! + b * second![j]! + (c * third![j]! + d * fourth![j]!);
    }
  }
}

/** Adds (y - mean of y) x^T. */
function addProducts(
  products: readonly Float64Array[],
  row: Float64Array,
  label: number,
  shares: Float64Array,
): void {
  products.forEach((sums, other) => {
    const excess = (other === label ? 1 : 0) - shares[other]!;
    for (let at = 0; at < row.length; at++) sums[at]! += row[at]! * excess;
  });
}

function matrixOf(rows: readonly Float64Array[]): Matrix {
  return new Matrix(rows.map((row) => Array.from(row)));
}
