import type { Row } from "../../lib/formats/table.ts";

/** What a made-up study is like; its numbers follow the shape of the paper's. */
export interface SampleStudy {
  readonly datasets?: readonly string[];
  readonly depths?: readonly number[];
  readonly seeds?: readonly number[];
  /** Shares of train labels that were replaced; noise raises the curves, so that more layers lie above a threshold. */
  readonly noises?: readonly number[];
  /** What else networks differ in. */
  readonly variants?: readonly string[];
  readonly epochs?: number;
  /** Epochs with CDNV and effective depth; all of them by default. */
  readonly snapshots?: readonly number[];
  /** Epochs with probes; the last one by default. */
  readonly probes?: readonly number[];
}

/** The tables of a made-up study, by the columns of the real ones. */
export interface SampleTables {
  readonly history: Row[];
  readonly cdnv: Row[];
  readonly depth: Row[];
  readonly probe: Row[];
  readonly pairs: Row[];
  readonly curve: Row[];
  readonly collapse: Row[];
}

const datasetDifficulty: Readonly<Record<string, number>> = { "mnist": 1, "fashion-mnist": 2.2, "cifar-10": 4 };

/** Makes the tables; equal studies give equal numbers. */
export function sampleTables(study: SampleStudy = {}): SampleTables {
  const { datasets = ["mnist"], depths = [2, 4, 8], seeds = [0], noises = [0], variants = [""], epochs = 20 } = study;
  const snapshots = study.snapshots ?? Array.from({ length: epochs + 1 }, (_, epoch) => epoch);
  const tables: SampleTables = { history: [], cdnv: [], depth: [], probe: [], pairs: [], curve: [], collapse: [] };
  for (const dataset of datasets) {
    for (const depth of depths) {
      const kinds = noises.flatMap((label_noise) => variants.map((variant) => ({ label_noise, variant })));
      for (const kind of seeds.flatMap((seed) => kinds.map((kind) => ({ seed, ...kind })))) {
        const network = new SampleNetwork(
          { dataset, model: "mlp", depth, width: 100, ...kind },
          epochs,
        );
        for (let epoch = 0; epoch <= epochs; epoch++) tables.history.push(network.history(epoch));
        for (const epoch of snapshots) {
          tables.cdnv.push(...network.cdnv(epoch));
          tables.depth.push(...network.depthRows(epoch));
          tables.collapse.push(...network.collapse(epoch));
        }
        for (const epoch of study.probes ?? [epochs]) tables.probe.push(...network.probe(epoch));
        for (const epoch of [0, epochs]) {
          tables.pairs.push(...network.pairs(epoch));
          tables.curve.push(...network.curve(epoch));
        }
      }
    }
  }
  return tables;
}

class SampleNetwork {
  readonly #identity: Row;
  readonly #depth: number;
  readonly #epochs: number;
  readonly #difficulty: number;
  readonly #seed: number;
  readonly #noise: number;

  constructor(identity: Row, epochs: number) {
    this.#identity = identity;
    this.#depth = Number(identity.depth);
    this.#epochs = epochs;
    this.#difficulty = datasetDifficulty[String(identity.dataset)] ?? 1;
    this.#seed = Number(identity.seed);
    this.#noise = Number(identity.label_noise);
  }

  history(epoch: number): Row {
    const progress = this.#progress(epoch);
    const train = 0.1 +
      (0.899 - 0.0001 * this.#depth) * progress ** 0.4 * (1 - 0.004 * this.#difficulty * (1 - progress));
    const test = 0.1 + (train - 0.1) * (1 - 0.018 * this.#difficulty);
    const drops = [0.5, 0.75].filter((part) => epoch > Math.round(part * this.#epochs)).length;
    const rate = 0.1 * 0.1 ** drops;
    return {
      ...this.#identity,
      epoch,
      learning_rate: epoch === 0 ? null : Number(rate.toPrecision(3)),
      train_loss: epoch === 0 ? null : 2.3 * (1 - progress) + 0.001,
      running_accuracy: epoch === 0 ? null : train * 0.99,
      train_accuracy: train,
      test_accuracy: test,
      train_evaluation_loss: 2.3 * (1 - progress) + 0.001,
      test_loss: 2.3 * (1 - progress) + 0.06 * this.#difficulty,
    };
  }

  cdnv(epoch: number): Row[] {
    return this.#layers().flatMap((layer) =>
      (["train", "test"] as const).map((split) => {
        const value = this.#cdnv(epoch, layer, split);
        return {
          ...this.#identity,
          epoch,
          layer,
          split,
          cdnv: value,
          cdnv_median: value * 0.9,
          cdnv_max: value * 3,
          cdnv_corrected: value,
          degenerate_pairs: 0,
          ncc_accuracy: 1 - this.#nccError(epoch, layer, split),
          ncc_agreement: 1 - this.#nccError(epoch, layer, split) * 0.9,
          examples: split === "train" ? 60000 : 10000,
          classes: 10,
        };
      })
    );
  }

  collapse(epoch: number): Row[] {
    return this.#layers().flatMap((layer) =>
      (["train", "test"] as const).map((split) => {
        const value = this.#cdnv(epoch, layer, split);
        const ofLast = (value: number) => layer === this.#depth ? value : null;
        return {
          ...this.#identity,
          epoch,
          layer,
          split,
          nc1: 0.3 * value,
          trace_within: value,
          trace_between: 1,
          means_rank: 9,
          means_effective_rank: 8.5,
          nc2_norm_variation: 0.1 * value ** 0.5,
          nc2_cosine_deviation: 0.2 * value ** 0.5,
          nc2_cosine_bias: 0.15 * value ** 0.5,
          nc2_etf_distance: 0.5 * value ** 0.5,
          nc3_duality_distance: ofLast(0.4 * value ** 0.5),
          nc3_etf_distance: ofLast(0.6 * value ** 0.5),
          nc4_mismatch: this.#nccError(epoch, layer, split) * 0.9,
        };
      })
    );
  }

  depthRows(epoch: number): Row[] {
    const last = this.#cdnv(epoch, this.#depth, "train");
    const error = 1 - Number(this.history(epoch).train_accuracy) + 0.01;
    const rows = (definition: "cdnv" | "ncc", value: (layer: number) => number, threshold: number) => {
      const ratios = this.#layers().map((layer) => value(layer) / threshold);
      const first = ratios.findLastIndex((ratio) => ratio > 1) + 1;
      const effective = definition === "cdnv" ? first : first + 1;
      return this.#layers().map((layer) => ({
        ...this.#identity,
        epoch,
        definition,
        layer,
        value: value(layer),
        threshold,
        ratio: ratios[layer - 1]!,
        effective_depth: effective > this.#depth ? null : effective,
      }));
    };
    return [
      ...rows("cdnv", (layer) => this.#cdnv(epoch, layer, "train"), 2 * last),
      ...rows("ncc", (layer) => this.#nccError(epoch, layer, "train"), error),
    ];
  }

  probe(epoch: number): Row[] {
    const { train_accuracy: train, test_accuracy: test } = this.history(epoch);
    return this.#layers().flatMap((layer) => {
      const share = 1 - 0.06 * 0.45 ** (layer - 1);
      return (["sgd", "converged"] as const).map((kind) => ({
        ...this.#identity,
        epoch,
        layer,
        kind,
        train_accuracy: Number(train) * share * (kind === "sgd" ? 0.995 : 1),
        test_accuracy: Number(test) * share * (kind === "sgd" ? 0.995 : 1),
        train_loss: 0.05 / share,
        iterations: kind === "sgd" ? 469 : 800,
        gradient_norm: kind === "sgd" ? null : 1e-6,
      }));
    });
  }

  pairs(epoch: number): Row[] {
    return this.#layers().flatMap((layer) =>
      Array.from({ length: 9 }, (_, first) =>
        Array.from({ length: 9 - first }, (_, index) => {
          const [second, wave] = [first + 1 + index, Math.sin(3 * first + 5 * index + layer)];
          const cdnv = this.#cdnv(epoch, layer, "train") * (1 + 0.3 * wave);
          const cosine = -1 / 9 + (epoch === 0 ? 0.6 : 0.4 / layer) * wave;
          return {
            ...this.#identity,
            epoch,
            layer,
            class: first,
            other_class: second,
            pair_cdnv: cdnv,
            pair_cosine: cosine,
          };
        })).flat()
    );
  }

  curve(epoch: number): Row[] {
    const error = 1 - Number(this.history(epoch).train_accuracy);
    const rows = (
      definition: "cdnv" | "ncc",
      thresholds: number[],
      exceeds: (layer: number, threshold: number) => boolean,
    ) =>
      thresholds.map((threshold) => {
        const first = this.#layers().findLastIndex((layer) => exceeds(layer, threshold)) + 1;
        const effective = definition === "cdnv" ? first : first + 1;
        return {
          ...this.#identity,
          ...{ epoch, definition, threshold, effective_depth: effective > this.#depth ? null : effective },
        };
      });
    const last = this.#cdnv(epoch, this.#depth, "train");
    return [
      ...rows("cdnv", [1, 2, 5, 10], (layer, factor) => this.#cdnv(epoch, layer, "train") > factor * last),
      ...rows("ncc", [0, 0.01, 0.1], (layer, margin) => this.#nccError(epoch, layer, "train") > error + margin),
    ];
  }

  #layers(): number[] {
    return Array.from({ length: this.#depth }, (_, index) => index + 1);
  }

  /** 0 before training, 1 at the end, with a knee at each drop of the learning rate. */
  #progress(epoch: number): number {
    const time = epoch / this.#epochs;
    const rate = 9 / (1 + 0.05 * this.#depth);
    const smooth = 1 - Math.exp(-rate * time);
    const drops = 0.5 * Number(time > 0.5) + 0.5 * Number(time > 0.75);
    return (0.92 * smooth / (1 - Math.exp(-rate)) + 0.08 * drops) * (epoch === 0 ? 0 : 1);
  }

  #cdnv(epoch: number, layer: number, split: "train" | "test"): number {
    const start = 2.2 + 0.9 * layer;
    const floor = 0.021 * this.#difficulty;
    const end = (floor + 2.9 * (0.39 + 0.3 * this.#noise) ** layer) * (split === "train" ? 1 : 1.35);
    const noise = 1 + 0.12 * Math.sin(7.3 * epoch + 3.1 * layer + 1.7 * this.#seed + 0.9 * this.#depth);
    const progress = this.#progress(epoch);
    return Math.exp((1 - progress) * Math.log(start) + progress * Math.log(end)) * (epoch === 0 ? 1 : noise);
  }

  #nccError(epoch: number, layer: number, split: "train" | "test"): number {
    const error = 0.25 * this.#cdnv(epoch, layer, split) ** 1.3;
    return Math.min(0.9, error < 0.0022 ? 0 : error);
  }
}
