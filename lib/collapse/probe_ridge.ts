import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Program } from "../runtimes/program.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { addRows } from "./add_rows.ts";
import { classSums } from "./class_sums.ts";
import { inOrder, type LinearProbe, type ProbedData, type ProbedNetwork } from "./probe.ts";
import { type StandardisedFeatures, standardisedFeatures, unstandardised } from "./probe_features.ts";
import { withinCovariance } from "./within_covariance.ts";

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

/** Examples of one step of the sums. */
const sumsBatch = 2000;
/** Bytes of sums that a call of the engine returns, at most, unless one step has more. */
const callBytes = 2 ** 26;

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
  const { gram, products } = await normalEquations(found, labels, shares, engine);
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

/**
 * X^T X / N, `[size, size]`, and X^T (Y - mean of Y) / N, `[size, classes]`, both summed up by the engine.
 *
 * @param shares of the classes, the mean of Y
 */
async function normalEquations(
  { features, size, centre, scale }: StandardisedFeatures,
  labels: Int32Array,
  shares: Float64Array,
  { runtime, threads }: { readonly runtime: Runtime; readonly threads: number },
): Promise<{ readonly gram: Matrix; readonly products: Matrix }> {
  const [count, classes] = [labels.length, shares.length];
  // About one centre, and each example counted once, the sums are those of all examples.
  const doubles = {
    shifts: Float64Array.from({ length: classes * size }, (_, at) => centre[at % size]!),
    weights: new Float64Array(classes).fill(1),
  };
  const [scatter, sums] = [new Float64Array(size * size), new Float64Array(classes * size)];
  const executable = await runtime.compile(sumsProgram(size, classes), { batch: sumsBatch, threads });
  try {
    const order = inOrder(count);
    const most = sumsBatch * Math.max(1, Math.floor(callBytes / scatter.byteLength));
    for (let start = 0; start < count; start += most) {
      const { steps } = await executable.run({
        examples: { features, labels },
        order: order.subarray(start, start + most),
        doubles,
      });
      addRows(scatter, steps.scatter!.data);
      addRows(sums, steps.sums!.data);
    }
  } finally {
    await executable.dispose();
  }
  const gram = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) gram.set(i, j, scatter[i * size + j]! / (count * scale ** 2));
  }
  const products = new Matrix(size, classes);
  for (let at = 0; at < size; at++) {
    let whole = 0;
    for (let label = 0; label < classes; label++) whole += sums[label * size + at]!;
    for (let label = 0; label < classes; label++) {
      products.set(at, label, (sums[label * size + at]! - shares[label]! * whole) / (count * scale));
    }
  }
  return { gram, products };
}

/** A pass over the examples. Steps: `scatter`, of {@linkcode withinCovariance}, and `sums`, of {@linkcode classSums}. */
function sumsProgram(size: number, classes: number): Program {
  return {
    name: "ridge probe",
    examples: { features: { shape: [size], dtype: "float32" }, labels: { shape: [], dtype: "int32" } },
    scalars: [],
    constants: {},
    doubles: { shifts: [classes, size], weights: [classes] },
    state: {},
    body: ({ examples: { features, labels } }) => ({
      state: {},
      steps: {
        scatter: { apply: withinCovariance, to: [features!, labels!, "shifts", "weights"] },
        sums: { apply: classSums, to: [features!, labels!, "shifts"] },
      },
    }),
  };
}
