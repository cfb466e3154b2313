import type { z } from "zod";
import type { Score } from "./evaluation.ts";
import type { Model } from "./model.ts";
import type { optimizerParameter } from "./sgd.ts";
import type { Variables } from "./variables.ts";

/** The settings that may be to blame. */
export interface DivergenceSettings {
  /** Of them the learning rate's warm-up and the clipping of gradients. */
  readonly optimizer: Pick<z.output<typeof optimizerParameter>, "warmUp" | "clip">;
  /** The network, which has statistics where it has batch norm. */
  readonly model: Pick<Model, "statistics">;
}

/** What to try, of what was not tried yet. */
export function divergenceHint({ optimizer: { warmUp, clip }, model }: DivergenceSettings): string {
  const attempts = [
    "a lower optimizer.lr",
    warmUp === 0 ? "some epochs of optimizer.warmUp" : `an optimizer.warmUp of more than ${warmUp} epochs`,
    clip === null ? "optimizer.clip: 1" : `an optimizer.clip below ${clip}`,
    ...Object.keys(model.statistics).length > 0 ? [] : ["model.batchNorm: true"],
  ];
  return `try ${attempts.slice(0, -1).join(", ")} or ${attempts.at(-1)}`;
}

/**
 * Checks that an epoch left finite numbers only.
 *
 * @param rates the learning rate of each step
 * @param losses the loss of each step
 * @param diagnose says in a clause what is not finite at a step, by its index, whose loss is not
 * @throws {Error} naming the epoch, the first step whose loss is not finite and what it comes from (or the variable), the
 * learning rate and a hint
 */
export async function checkFinite(
  { epoch, rates, losses, state, settings, diagnose }: {
    readonly epoch: number;
    readonly rates: readonly number[];
    readonly losses: Float32Array | Float64Array | Int32Array;
    readonly state: Variables;
    readonly settings: DivergenceSettings;
    readonly diagnose: (step: number) => Promise<string>;
  },
): Promise<void> {
  const hint = divergenceHint(settings);
  const step = losses.findIndex((loss) => !Number.isFinite(loss));
  if (step >= 0) {
    throw new Error(
      `Training diverged: the loss is ${losses[step]} at epoch ${epoch}, step ${step + 1} of ${losses.length}, ` +
        `learning rate ${rates[step]}, where ${await diagnose(step)}; ${hint}`,
    );
  }
  for (const [name, values] of Object.entries(state)) {
    const value = values.find((value) => !Number.isFinite(value));
    if (value !== undefined) {
      throw new Error(
        `Training diverged: ${name} holds ${value} after the last step of epoch ${epoch}, ` +
          `learning rate ${rates.at(-1)}; ${hint}`,
      );
    }
  }
}

/**
 * Checks that a network's losses in evaluation mode are finite: finite variables do not see to that.
 *
 * @throws {Error} naming the set, the epoch and a hint
 */
export function checkScores(
  epoch: number,
  scores: Readonly<Record<string, Score>>,
  settings: DivergenceSettings,
): void {
  for (const [set, { loss }] of Object.entries(scores)) {
    if (!Number.isFinite(loss)) {
      const hint = divergenceHint(settings);
      throw new Error(`Training diverged: the loss on the ${set} set is ${loss} after epoch ${epoch}; ${hint}`);
    }
  }
}
