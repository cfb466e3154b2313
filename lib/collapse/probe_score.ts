import * as tf from "@tensorflow/tfjs";
import { evaluationBatch } from "../runtimes/evaluation_batch.ts";
import type { Program } from "../runtimes/program.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { computedSizes } from "./pooled_layers.ts";
import { inOrder, type LinearProbes, type ProbedData, type ProbedNetwork, probeTensors } from "./probe.ts";

/** How well a probe does on a set. */
export interface ProbeScore {
  /** Mean cross-entropy, without any penalty. */
  readonly loss: number;
  /** Share of the examples that are classified rightly. */
  readonly accuracy: number;
}

/**
 * Evaluates probes on whole sets, all layers in one streamed pass a set; sums over batches are in float64.
 *
 * @param probes of some of the network's layers
 * @param sets data sets by name, e.g. `train` and `test`
 * @returns by set, then by layer
 * @throws {Error} naming the layer and set, where a loss is not finite
 */
export async function scoreProbes<Name extends string>(
  network: ProbedNetwork,
  probes: LinearProbes,
  sets: Readonly<Record<Name, ProbedData>>,
  { runtime, threads }: { readonly runtime: Runtime; readonly threads: number },
): Promise<Record<Name, Record<string, ProbeScore>>> {
  const layers = network.layers.filter(({ name }) => Object.hasOwn(probes, name));
  const weights = Object.fromEntries(layers.flatMap(({ name }) => [
    [`weights/${name}`, probes[name]!.weights],
    [`biases/${name}`, probes[name]!.biases],
  ]));
  const batch = evaluationBatch(computedSizes(network.layers));
  const executable = await runtime.compile(scoreProgram(network, layers), { batch, threads });
  try {
    const scores: Partial<Record<Name, Record<string, ProbeScore>>> = {};
    for (const [set, { examples, constants }] of Object.entries(sets) as [Name, ProbedData][]) {
      const count = examples.labels.length;
      const inputs = { examples, order: inOrder(count), constants: { ...constants, ...weights } };
      const { steps } = await executable.run(inputs);
      const mean = (values: ArrayLike<number>, layer: number) => {
        let sum = 0;
        for (let at = layer; at < values.length; at += layers.length) sum += values[at]!;
        return sum / count;
      };
      scores[set] = Object.fromEntries(layers.map(({ name }, layer) => {
        const [loss, accuracy] = [mean(steps.loss!.data, layer), mean(steps.correct!.data, layer)];
        if (!Number.isFinite(loss)) {
          throw new Error(`The probe of layer ${name} has a loss of ${loss} on the ${set} set`);
        }
        return [name, { loss, accuracy }];
      }));
    }
    return scores as Record<Name, Record<string, ProbeScore>>;
  } finally {
    await executable.dispose();
  }
}

/** Steps: `loss` and `correct`, `[layers]` each: the batch's sum of cross-entropies, and its number of right answers. */
function scoreProgram(network: ProbedNetwork, layers: ProbedNetwork["layers"]): Program {
  return {
    name: "probe scores",
    examples: network.examples,
    scalars: [],
    constants: { ...network.constants, ...probeTensors(layers, network.classes) },
    state: {},
    body: ({ examples, constants }) => {
      const labels = examples.labels as tf.Tensor1D;
      const targets = tf.cast(tf.oneHot(labels, network.classes), "float32");
      const features = network.features({ examples, constants });
      const scores = layers.map((layer) => {
        const own = features[network.layers.indexOf(layer)] as tf.Tensor2D;
        const weights = constants[`weights/${layer.name}`] as tf.Tensor2D;
        const logits = tf.add(tf.matMul(own, weights), constants[`biases/${layer.name}`]!);
        return {
          loss: tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)))),
          correct: tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32")),
        };
      });
      const steps = {
        loss: tf.stack(scores.map(({ loss }) => loss)),
        correct: tf.stack(scores.map(({ correct }) => correct)),
      };
      return { state: {}, steps };
    },
  };
}
