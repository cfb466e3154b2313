import type { Tensor } from "@tensorflow/tfjs";
import type { DoubleResult, ExampleSpec, Program, Tensors, TensorSpec } from "../runtimes/program.ts";
import { classSums, squaredDeviations } from "./class_sums.ts";
import { nearestClass } from "./ncc.ts";
import type { FeatureLayer } from "./pooled_layers.ts";
import { projectedScatter } from "./projected_scatter.ts";
import { withinCovariance } from "./within_covariance.ts";

/** A network whose layers are measured: a model in evaluation mode, or features that were computed elsewhere. */
export interface MeasuredNetwork {
  /** The layers from input to output. */
  readonly layers: readonly FeatureLayer[];
  /** Number of classes C. */
  readonly classes: number;
  /** The data sets that it takes; `labels`, int32, is among them. */
  readonly examples: Readonly<Record<string, ExampleSpec>>;
  /** Its variables. */
  readonly constants: Readonly<Record<string, TensorSpec>>;
  /** Logits `[batch, C]` and each layer's features `[batch, size]`, written in the TensorFlow.js API. */
  readonly apply: (inputs: { readonly examples: Tensors; readonly constants: Tensors }) => {
    readonly logits: Tensor;
    readonly layers: readonly Tensor[];
  };
}

/** What a row of a layer's features is called. */
export function featuresName(layer: string): string {
  return `layer/${layer}`;
}

/**
 * The first pass over a set: sums for its class moments. Of each layer it takes the double `shifts/<name>`, `[C, size]`, and
 * gives the step `sums/<name>`, `[C, size]`, of {@linkcode classSums}, and the row `squares/<name>` of
 * {@linkcode squaredDeviations}.
 *
 * @param saved names of the layers whose features are rows besides, `layer/<name>`, `[size]`
 * @param logits whether logits are a row besides, `logits`, `[C]`
 */
export function sumsProgram(network: MeasuredNetwork, saved: readonly string[], logits: boolean): Program {
  const { classes } = network;
  return passProgram("class sums", network, {
    doubles: ({ name, size }) => ({ [`shifts/${name}`]: [classes, size] }),
    steps: (name, features, labels) => ({
      [`sums/${name}`]: { apply: classSums, to: [features, labels, `shifts/${name}`] },
    }),
    rows: (name, features, labels) => ({
      [`squares/${name}`]: { apply: squaredDeviations, to: [features, labels, `shifts/${name}`] },
      ...(saved.includes(name) ? { [featuresName(name)]: features } : {}),
    }),
    logits,
  });
}

/**
 * The second pass over a set, once its class means are known. It takes the double `weights`, `[C]`, and of each layer
 * `means/<name>`, `[C, size]`, and `axes/<name>`, `[size, C]`, of the set, and of the centres that classify `directions/<name>`,
 * `[size, C]`, and `offsets/<name>`, `[C]`. It gives the step `scatter/<name>`, `[C, C]`, of {@linkcode projectedScatter}, and
 * the row `nearest/<name>` of {@linkcode nearestClass}; besides the row `logits`, `[C]`.
 *
 * @param ranked names of the layers of which there is the step `covariance/<name>`, `[size, size]`, of
 * {@linkcode withinCovariance}, too
 */
export function centresProgram(network: MeasuredNetwork, ranked: readonly string[]): Program {
  const { classes } = network;
  return passProgram("class centres", network, {
    common: { weights: [classes] },
    doubles: ({ name, size }) => ({
      [`means/${name}`]: [classes, size],
      [`axes/${name}`]: [size, classes],
      [`directions/${name}`]: [size, classes],
      [`offsets/${name}`]: [classes],
    }),
    steps: (name, features, labels) => ({
      [`scatter/${name}`]: {
        apply: projectedScatter,
        to: [features, labels, `means/${name}`, `axes/${name}`, "weights"],
      },
      ...(ranked.includes(name)
        ? { [`covariance/${name}`]: { apply: withinCovariance, to: [features, labels, `means/${name}`, "weights"] } }
        : {}),
    }),
    rows: (name, features) => ({
      [`nearest/${name}`]: { apply: nearestClass, to: [features, `directions/${name}`, `offsets/${name}`] },
    }),
    logits: true,
  });
}

/** What a pass takes and gives, layer by layer. */
interface Pass {
  readonly common?: Record<string, readonly number[]>;
  readonly doubles: (layer: MeasuredNetwork["layers"][number]) => Record<string, readonly number[]>;
  readonly steps: (name: string, features: Tensor, labels: Tensor) => Record<string, DoubleResult>;
  readonly rows: (name: string, features: Tensor, labels: Tensor) => Record<string, Tensor | DoubleResult>;
  readonly logits: boolean;
}

function passProgram(name: string, network: MeasuredNetwork, pass: Pass): Program {
  return {
    name,
    examples: network.examples,
    scalars: [],
    constants: network.constants,
    doubles: Object.assign({}, pass.common, ...network.layers.map(pass.doubles)),
    state: {},
    body: (inputs) => {
      const labels = inputs.examples.labels!;
      const { logits, layers } = network.apply(inputs);
      const of = <T>(part: (name: string, features: Tensor, labels: Tensor) => Record<string, T>): Record<string, T> =>
        Object.assign({}, ...network.layers.map(({ name }, index) => part(name, layers[index]!, labels)));
      return {
        state: {},
        steps: of(pass.steps),
        rows: { ...of(pass.rows), ...(pass.logits ? { logits } : {}) },
      };
    },
  };
}
