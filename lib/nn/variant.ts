import type { z } from "zod";
import type { Augmentation } from "./augmentation.ts";
import type { EarlyStop } from "./early_stop.ts";
import type { LabelNoise } from "./label_noise.ts";
import type { Loss } from "./loss.ts";
import { modelParameter, type ModelParameters } from "./model_parameter.ts";
import { computingOptions, type RuntimeChoice } from "../runtimes/choice.ts";
import { dropEpochs } from "./schedule.ts";
import { optimizerParameter } from "./sgd.ts";

/** What a training was told, as far as it decides which network comes of it and no table says it elsewhere. */
export interface TrainingSettings {
  /** What was minimised. */
  readonly loss: Loss;
  /** SGD and its learning rate over time. */
  readonly optimizer: z.output<typeof optimizerParameter>;
  /** The noise on the train labels. */
  readonly labelNoise: LabelNoise | null;
  /** How train images were varied. */
  readonly augmentation: Augmentation | null;
  /** Examples a step. */
  readonly batch: number;
  /** Passes through the train set. */
  readonly epochs: number;
  /** When it was to end early. */
  readonly earlyStop: EarlyStop | null;
  /** Its seed. */
  readonly seed: number;
  /** What computed it, of which only the precision makes another network. */
  readonly runtime: RuntimeChoice;
}

/** The rate that trainings have unless a study is about it: the paper's. */
const usualRate = 0.1;
/** The batch size of the paper. */
const usualBatch = 128;

/**
 * How a model differs from one of its kind, depth and width with all other parameters left away, as "residual" or
 * "no batch norm, initialisation he"; empty where it does not.
 */
export function modelVariant({ kind, depth, width, ...others }: ModelParameters & { depth?: number }): string {
  const usual = modelParameter.safeParse({ kind, width, ...(depth === undefined ? {} : { depth }) });
  return joined(differences(others, usual.success ? { ...usual.data } : {}));
}

/**
 * How a training differs from the usual one, as "loss mse, lr 0.05, flips"; empty where it does not. Usual are the defaults of
 * its parameters, the paper's batches of 128 and rate of 0.1, and a rate that drops to a tenth after half and three quarters
 * of the epochs.
 */
export function trainingVariant(settings: TrainingSettings): string {
  const { loss, optimizer: { drops, cosine, ...optimizer }, labelNoise, augmentation, batch, earlyStop, runtime } =
    settings;
  const { precision } = computingOptions(runtime);
  const { drops: usualDrops, cosine: _, ...usual } = optimizerParameter.parse({ lr: usualRate });
  return joined([
    ...differences({ loss }, { loss: "cross-entropy" }),
    ...differences(optimizer, usual),
    ...cosine === null ? dropsText(settings) : [`cosine to ${cosine.to}`],
    ...drops.at.length === 0 ? [] : differences({ dropFactor: drops.factor }, { dropFactor: usualDrops.factor }),
    ...differences({ batch }, { batch: usualBatch }),
    ...precision === "float32" ? [] : [precision],
    ...augmentation === null || augmentation.pad === 0 ? [] : [`crops ${augmentation.pad}`],
    ...augmentation?.flip ? ["flips"] : [],
    // At a share of zero too, so that it stays in one family with others of its kind.
    ...labelNoise?.kind === "symmetric" ? ["symmetric noise"] : [],
    // Noise that goes with the training's seed differs from seed to seed, as the weights do.
    ...labelNoise && ![0, settings.seed].includes(labelNoise.seed) ? [`noise seed ${labelNoise.seed}`] : [],
    ...earlyStop === null ? [] : [`early stop ${earlyStop.accuracy}`],
    ...earlyStop === null ? [] : differences({ evaluations: earlyStop.evaluations }, { evaluations: 1 }),
  ]);
}

/** Variants one after the other, without those that are empty. */
export function joined(variants: readonly string[]): string {
  return variants.filter((variant) => variant !== "").join(", ");
}

function dropsText({ optimizer: { drops }, epochs }: TrainingSettings): string[] {
  const [at, usual] = [dropEpochs(drops, epochs), dropEpochs({ at: ["50%", "75%"], factor: 1 }, epochs)];
  if (`${at}` === `${usual}`) return [];
  return [at.length === 0 ? "no drops" : `drops at ${at.join("/")}`];
}

/** What has another value than usual, by its name in words: "residual", "no batch norm", "weight decay 0". */
function differences(values: Readonly<Record<string, unknown>>, usual: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).filter(([name, value]) => value !== usual[name]).map(([name, value]) => {
    const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    if (typeof value === "boolean") return value ? words : `no ${words}`;
    return `${words} ${typeof value === "object" ? JSON.stringify(value).replaceAll(",", ";") : value}`;
  });
}
