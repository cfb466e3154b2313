/**
 * Trains linear classifiers on the layers of snapshots.
 *
 * Deps: the folder of a data set, and a folder of snapshots. Out: a table of accuracies (CSV).
 * @module
 */
import { z } from "zod";
import { type FeatureLayer, formOf, formParameter, pooledLayers } from "../lib/collapse/pooled_layers.ts";
import type { LinearProbe, ProbedNetwork } from "../lib/collapse/probe.ts";
import { convergeProbe } from "../lib/collapse/probe_converged.ts";
import { narrowLayers, widestConverged } from "../lib/collapse/probe_features.ts";
import { ridgeProbe } from "../lib/collapse/probe_ridge.ts";
import { type ProbeScore, scoreProbes } from "../lib/collapse/probe_score.ts";
import { trainProbes } from "../lib/collapse/probe_sgd.ts";
import { readDataset } from "../lib/datasets/dataset.ts";
import { type Row, writeTable } from "../lib/formats/table.ts";
import { chosenSnapshots, epochsParameter } from "../lib/nn/epochs.ts";
import { samplesParameter } from "../lib/nn/class_sample.ts";
import { identityColumns, identityOf } from "../lib/nn/identity.ts";
import { labelsParameter, withLabelNoise } from "../lib/nn/label_noise.ts";
import { layersParameter } from "../lib/nn/layer_point.ts";
import {
  evaluatedNetwork,
  measuredAugmentationParameter,
  type MeasuredExamples,
  measuredSets,
} from "../lib/nn/measured_sets.ts";
import { Random } from "../lib/nn/random.ts";
import { checkTrainedOn, listSnapshots, modelOf, readSnapshot, type Snapshot } from "../lib/nn/snapshot.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";
import { runtimeParameter } from "../lib/runtimes/parameter.ts";
import { measuringRuntime } from "../lib/runtimes/registry.ts";
import { threadsOf } from "../lib/runtimes/threads.ts";
import type { Runtime } from "../lib/runtimes/runtime.ts";

const sgdParameter = z.strictObject({
  epochs: z.int().min(1).default(1).meta({ description: "Passes through the train set" }),
  batch: z.int().min(1).default(128).meta({ description: "Examples a step" }),
  lr: z.number().positive().default(0.1).meta({ description: "Learning rate of all steps" }),
  momentum: z.number().min(0).lt(1).default(0.9),
  weightDecay: z.number().min(0).default(5e-4),
  loss: z.enum(["cross-entropy", "mse"]).default("cross-entropy").meta({
    description: "What is minimised: cross-entropy, or the squared error from one-hot labels",
  }),
  bias: z.boolean().default(true).meta({ description: "Whether probes have biases" }),
});

const convergedParameter = z.strictObject({
  epochs: epochsParameter.meta({
    description: "Which of the probed snapshots: the last, all, or some (an untrained network takes long)",
  }),
  l2: z.number().positive().default(1e-4).meta({
    description: "Penalty on the squared norm of the weights, on features of unit mean square",
  }),
  tolerance: z.number().positive().lt(1).default(1e-4).meta({
    description: "Ends when the gradient's norm has come down to this share of that at zero weights",
  }),
  iterations: z.int().min(1).default(2000).meta({ description: "Steps of L-BFGS after which it is an error" }),
});

const ridgeParameter = z.strictObject({
  epochs: epochsParameter.meta({ description: "Which of the probed snapshots: the last, all, or some" }),
  l2: z.number().positive().default(1e-4).meta({
    description: "Penalty on the squared norm of the weights, on features of unit mean square",
  }),
});

const columns = [
  ...identityColumns,
  "epoch",
  "layer",
  "kind",
  "form",
  "train_accuracy",
  "test_accuracy",
  "train_loss",
  "iterations",
  "gradient_norm",
  "l2",
  "tolerance",
];

const parameters = z.strictObject({
  epochs: epochsParameter.meta({ description: "Which snapshots: the last, all, or those after these epochs" }),
  sgd: sgdParameter.prefault({}),
  converged: convergedParameter.nullable().prefault({}).meta({
    description:
      `Probes trained to convergence, of layers of at most ${widestConverged} features, pooled where need be`,
  }),
  ridge: ridgeParameter.nullable().prefault({}).meta({
    description:
      `Probes solved by ridge regression, of layers of at most ${widestConverged} features, pooled where need be`,
  }),
  layers: layersParameter,
  form: formParameter,
  augmentation: measuredAugmentationParameter,
  labels: labelsParameter,
  samples: samplesParameter,
  seed: z.int().min(0).default(0).meta({ description: "Decides the order of examples" }),
  runtime: runtimeParameter,
});

/** Trains linear classifiers on the layers of snapshots. */
export default stage({
  parameters,
  deps: ["dataset", "snapshots"],
  outs: ["probe"],

  async run({ with: parameters, deps, outs, resources, progress, signal }) {
    const dataset = await readDataset(deps.dataset);
    const found = await listSnapshots(deps.snapshots);
    const last = found.at(-1)!.epoch;
    const snapshots = chosenSnapshots(found, parameters.epochs, last, `probe: ${deps.snapshots} has no snapshot`);
    const { converged, ridge } = parameters;
    const among = (kind: "converged" | "ridge") => {
      const epochs = parameters[kind]?.epochs ?? [];
      return chosenSnapshots(snapshots, epochs, last, `probe: ${kind}.epochs names one that epochs does not`);
    };
    const [minimised, solved] = [among("converged"), among("ridge")];
    const engine = {
      runtime: await measuringRuntime(parameters.runtime),
      threads: threadsOf(resources.cpus),
    };

    const rows: Row[] = [];
    for (const [index, listed] of snapshots.entries()) {
      const snapshot = await readSnapshot(listed.path);
      checkTrainedOn(listed.path, snapshot, dataset);
      const noise = parameters.labels === "trained" ? snapshot.labelNoise ?? null : null;
      const examples = measuredSets(withLabelNoise(dataset, noise), parameters.samples, parameters.augmentation);
      const advance = (share: number) => {
        progress({ done: index + share, total: snapshots.length, unit: "snapshot" });
        signal.throwIfAborted();
      };
      const ways = {
        ...parameters,
        converged: minimised.includes(listed) ? converged : null,
        ridge: solved.includes(listed) ? ridge : null,
      };
      rows.push(...await probeSnapshot(snapshot, examples, ways, engine, advance));
    }
    await writeTable(outs.probe, columns, rows);
  },
});

/** Probes all layers of a snapshot in every way that is asked for. */
async function probeSnapshot(
  snapshot: Snapshot,
  examples: Record<"train" | "test", MeasuredExamples>,
  ways: z.output<typeof parameters>,
  engine: { readonly runtime: Runtime; readonly threads: number },
  advance: (share: number) => void,
): Promise<Row[]> {
  const { sgd, converged, ridge, seed } = ways;
  const network = probedNetwork(snapshot, ways);
  const sets = {
    train: { examples: { ...examples.train }, constants: snapshot.variables },
    test: { examples: { ...examples.test }, constants: snapshot.variables },
  };
  const narrow = narrowLayers(network);
  const all = network.layers.length + narrow.layers.length * [converged, ridge].filter((way) => way !== null).length;
  let done = 0;
  const count = examples.train.labels.length;
  const orders = (epoch: number) => new Random(seed, `order of probe epoch ${epoch}`).permutation(count);
  const rows: Row[] = [];
  const score = async <P extends LinearProbe>(
    kind: string,
    probed: ProbedNetwork,
    probes: Readonly<Record<string, P>>,
    said: (probe: P) => Partial<Row>,
  ) => {
    const scores = await scoreProbes(probed, probes, sets, engine);
    for (const layer of probed.layers) {
      const number = 1 + network.layers.findIndex(({ name }) => name === layer.name);
      const row = rowOf(snapshot, number, layer, kind, scores.train[layer.name]!, scores.test[layer.name]!);
      rows.push({ ...row, ...said(probes[layer.name]!) } as Row);
    }
  };
  const probeNarrow = async <P extends LinearProbe>(
    kind: string,
    train: (layer: string) => Promise<P>,
    said: (probe: P) => Partial<Row>,
  ) => {
    const probes: Record<string, P> = {};
    for (const { name } of narrow.layers) {
      probes[name] = await train(name);
      advance(++done / all);
    }
    if (narrow.layers.length > 0) await score(kind, narrow, probes, said);
  };

  await score("sgd", network, await trainProbes(network, sets.train, sgd, { ...engine, orders }), () => {
    return sgd.loss === "mse" ? { train_loss: null } : {};
  });
  advance((done += network.layers.length) / all);
  if (converged !== null) {
    const { l2, tolerance } = converged;
    await probeNarrow(
      "converged",
      (layer) => convergeProbe(narrow, layer, sets.train, converged, engine),
      ({ iterations, gradientNorm }) => ({ iterations, gradient_norm: gradientNorm, l2, tolerance }),
    );
  }
  if (ridge !== null) {
    await probeNarrow(
      "ridge",
      (layer) => ridgeProbe(narrow, layer, sets.train, ridge, engine),
      ({ gradientNorm }) => ({ train_loss: null, gradient_norm: gradientNorm, l2: ridge.l2 }),
    );
  }
  return rows;
}

/** The network of a snapshot, as probes see it. */
function probedNetwork(
  snapshot: Snapshot,
  { layers: point, form, augmentation }: Pick<z.output<typeof parameters>, "layers" | "form" | "augmentation">,
): ProbedNetwork {
  const model = modelOf(snapshot);
  const evaluated = evaluatedNetwork(model, snapshot.normalisation, { point, augmentation });
  const { layers, pool } = pooledLayers(model.layers, () => form === "pooled");
  return {
    ...evaluated,
    layers,
    classes: model.classes,
    features: (inputs) => pool(evaluated.apply(inputs).layers),
  };
}

/** The loss of a row is a cross-entropy; a probe that minimises a squared error has none. */
function rowOf(
  snapshot: Snapshot,
  number: number,
  layer: FeatureLayer,
  kind: string,
  train: ProbeScore,
  test: ProbeScore,
): Row {
  return {
    ...identityOf(snapshot),
    epoch: snapshot.epoch,
    layer: number,
    kind,
    form: formOf(layer),
    train_accuracy: train.accuracy,
    test_accuracy: test.accuracy,
    train_loss: train.loss,
    iterations: null,
    gradient_norm: null,
    l2: null,
    tolerance: null,
  };
}
