import { depthVerdicts, type EffectiveDepth } from "../figures/study/depth_verdict.ts";
import { type Identity, networkKey } from "../figures/study/network.ts";
import type { CdnvRow, DepthRow, HistoryRow } from "../figures/study/rows.ts";
import { learningRateDrops } from "../figures/study/series.ts";
import type { Study } from "../figures/study/study.ts";

/** A layer after the last measured epoch, and before training. */
export interface MeasuredLayer {
  /** Counted from 1. */
  readonly layer: number;
  /** CDNV on the train set; null where it has no value or is zero. */
  readonly train: number | null;
  /** CDNV on the test set; null as there. */
  readonly test: number | null;
  /** CDNV on the train set before training; null as there, or where that was not measured. */
  readonly untrained: number | null;
  /** The same on the test set. */
  readonly untrainedTest: number | null;
  /** The train error of the nearest class centre, and the most that the definition of the effective depth allows it. */
  readonly ncc: { readonly error: number; readonly allowed: number } | null;
  /** Test accuracy of a linear probe by SGD; null where it was not probed. */
  readonly probe: number | null;
}

/** By each definition. */
export type EffectiveDepths = Readonly<Record<DepthRow["definition"], EffectiveDepth>>;

/** One network trained from one seed, as it ended. */
export interface Run {
  /** The network's label in the study. */
  readonly network: string;
  /** Which network and seed. */
  readonly identity: Identity;
  /** Epochs of its training. */
  readonly epochs: number;
  /** After how many epochs its learning rate fell; null where it has no history. */
  readonly drops: readonly number[] | null;
  /** On the whole train set after training. */
  readonly trainAccuracy: number | null;
  /** On the whole test set after training. */
  readonly testAccuracy: number | null;
  /** From the first to the last; may be empty. */
  readonly layers: readonly MeasuredLayer[];
  /** After training, by each definition. */
  readonly effectiveDepth: EffectiveDepths;
  /** Before training. */
  readonly untrainedDepth: EffectiveDepths;
  /** Of a network that differs in nothing but that its labels were all replaced; not measured where there is none. */
  readonly shuffledDepth: EffectiveDepths;
}

/** Every network of a study with each of its seeds, in the study's order. */
export function runsOf(study: Study): Run[] {
  const verdicts = depthVerdicts(study);
  const drops = learningRateDrops(study);
  return study.networks.flatMap(({ label, seeds, ...network }) =>
    seeds.map((seed) => {
      const identity = { ...network, seed };
      const own = <T extends Identity>(rows: readonly T[]) =>
        rows.filter((row) => row.seed === seed && networkKey(row) === networkKey(identity));
      const depths = (network: string | undefined, when: "trained" | "untrained") => {
        const depth = (definition: DepthRow["definition"]) =>
          verdicts.find((entry) => entry.network === network && entry.seed === seed && entry.definition === definition)
            ?.[when];
        return { cdnv: depth("cdnv"), ncc: depth("ncc") };
      };
      const shuffled = networkKey({ ...identity, labelNoise: 1 });
      const ended = lastEvaluation(own(study.history));
      return {
        network: label,
        identity,
        epochs: [...own(study.history), ...own(study.cdnv)].reduce((last, { epoch }) => Math.max(last, epoch), 0),
        drops: own(study.history).length === 0
          ? null
          : drops.filter(({ network }) => network === label).map(({ epoch }) => epoch),
        trainAccuracy: ended?.trainAccuracy ?? null,
        testAccuracy: ended?.testAccuracy ?? null,
        layers: layersOf({ cdnv: own(study.cdnv), depth: own(study.depth), probe: own(study.probe) }),
        effectiveDepth: depths(label, "trained"),
        untrainedDepth: depths(label, "untrained"),
        shuffledDepth: depths(study.networks.find((other) => networkKey(other) === shuffled)?.label, "trained"),
      };
    })
  );
}

/** The last layer of a run. */
export function lastLayer(run: Run): MeasuredLayer | undefined {
  return run.layers.at(-1);
}

function lastEvaluation(rows: readonly HistoryRow[]): HistoryRow | undefined {
  const evaluated = rows.filter((row) => row.trainAccuracy !== null && row.epoch > 0);
  return evaluated.toSorted((a, b) => b.epoch - a.epoch)[0];
}

function layersOf({ cdnv, depth, probe }: Pick<Study, "cdnv" | "depth" | "probe">): MeasuredLayer[] {
  const last = cdnv.reduce((epoch, row) => Math.max(epoch, row.epoch), 0);
  // A study without an epoch of training has nothing that a claim is about.
  if (last === 0) return [];
  const layers = [...new Set(cdnv.map(({ layer }) => layer))].sort((a, b) => a - b);
  return layers.map((layer) => {
    const value = (split: CdnvRow["split"], epoch: number) =>
      positive(cdnv.find((row) => row.layer === layer && row.split === split && row.epoch === epoch)?.cdnv);
    const ncc = depth.find((row) => row.layer === layer && row.definition === "ncc" && row.epoch === last);
    const probed = probe.find((row) => row.layer === layer && row.kind === "sgd" && row.epoch === last);
    const [error, allowed] = [ncc?.value ?? null, ncc?.threshold ?? null];
    return {
      layer,
      train: value("train", last),
      test: value("test", last),
      untrained: value("train", 0),
      untrainedTest: value("test", 0),
      ncc: error === null || allowed === null ? null : { error, allowed },
      probe: probed?.testAccuracy ?? null,
    };
  });
}

/** Ratios are judged by logarithms, where zero has no place. */
function positive(value: number | null | undefined): number | null {
  return value === null || value === undefined || value <= 0 ? null : value;
}
