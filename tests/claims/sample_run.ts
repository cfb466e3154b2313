import type { Run } from "../../lib/claims/run.ts";

/** What a made-up run differs in from one in which every claim holds. */
export interface SampleRun {
  readonly dataset?: string;
  readonly model?: string;
  readonly depth?: number;
  readonly width?: number;
  readonly variant?: string;
  readonly epochs?: number;
  readonly drops?: readonly number[] | null;
  readonly seed?: number;
  readonly labelNoise?: number;
  /** Train CDNV of each layer after training; it halves from layer to layer, down to the fourth, by default. */
  readonly cdnv?: readonly (number | null)[];
  readonly untrained?: number;
  /** Test CDNV over train CDNV. */
  readonly test?: number;
  readonly trainAccuracy?: number;
  readonly testAccuracy?: number;
  readonly nccErrors?: readonly number[];
  readonly probes?: readonly (number | null)[];
  readonly effectiveDepth?: Partial<Run["effectiveDepth"]>;
  readonly untrainedDepth?: Partial<Run["untrainedDepth"]>;
  readonly shuffledDepth?: Partial<Run["shuffledDepth"]>;
}

/** A network as it may have ended. */
export function sampleRun(of: SampleRun = {}): Run {
  const { depth = 8, seed = 0, labelNoise = 0, untrained = 4, trainAccuracy = 0.9995, testAccuracy = 0.95 } = of;
  const cdnv = of.cdnv ?? Array.from({ length: depth }, (_, index) => 0.01 + 0.4 ** Math.min(index, 5));
  return {
    network: `Depth ${depth}${labelNoise === 0 ? "" : `, ${100 * labelNoise} %`}`,
    identity: {
      dataset: of.dataset ?? "mnist",
      model: of.model ?? "mlp",
      depth,
      width: of.width ?? 100,
      seed,
      labelNoise,
      variant: of.variant ?? "",
    },
    epochs: of.epochs ?? 20,
    drops: of.drops === undefined ? [10, 15] : of.drops,
    trainAccuracy,
    testAccuracy,
    layers: cdnv.map((train, index) => ({
      layer: index + 1,
      train,
      test: train === null ? null : train * (of.test ?? 1.3),
      untrained,
      untrainedTest: untrained,
      ncc: { error: of.nccErrors?.[index] ?? 0.001, allowed: 1 - trainAccuracy + 0.01 },
      probe: of.probes === undefined ? testAccuracy : of.probes[index] ?? null,
    })),
    effectiveDepth: { cdnv: Math.min(4, depth - 1), ncc: Math.min(4, depth), ...of.effectiveDepth },
    untrainedDepth: { cdnv: undefined, ncc: undefined, ...of.untrainedDepth },
    shuffledDepth: { cdnv: undefined, ncc: undefined, ...of.shuffledDepth },
  };
}
