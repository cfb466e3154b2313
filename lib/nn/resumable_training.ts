import type { History } from "./history.ts";
import { missingStretches } from "./stretches.ts";
import { training, type TrainingOptions } from "./training.ts";
import type { TrainingState } from "./training_state.ts";

/** What {@linkcode resumableTraining} needs besides. */
export interface ResumableTrainingOptions extends Omit<TrainingOptions, "start" | "until"> {
  /** Where checkpoints are kept. */
  readonly state: TrainingState;
  /** The epochs whose checkpoints have to be there at the end, ascending. */
  readonly kept: readonly number[];
  /** Whether a training with this history is over before its last epoch; a function of the history alone. */
  readonly isOver: (history: readonly History[]) => boolean;
  /** Aborted: it keeps a checkpoint after the epoch that runs, and throws the reason. */
  readonly signal: AbortSignal;
}

/**
 * Goes through as much of a training as a state lacks, so that in the end it holds a checkpoint of each kept epoch, up to the
 * one after which the training is over. Yields a row of each epoch that it goes through.
 *
 * @throws {Error} as `training` does, and the reason of the signal
 */
export async function* resumableTraining(options: ResumableTrainingOptions): AsyncGenerator<History> {
  const { state, kept, isOver, signal } = options;
  for (const { from, until } of missingStretches(kept, state.epochs)) {
    const saved = from === undefined ? undefined : await state.read(from);
    const rows = [...saved?.history ?? []];
    if (isOver(rows)) return;
    if (saved !== undefined) console.log(`resumes after epoch ${from}`);
    const start = saved === undefined ? {} : { start: saved.checkpoint };
    for await (const { history, ...checkpoint } of training({ ...options, ...start, until })) {
      const { epoch } = checkpoint;
      rows.push(history);
      // A runtime may hold the event loop for a whole epoch: only now is a signal heard.
      await new Promise((proceed) => setTimeout(proceed));
      const isAsked = signal.aborted;
      const isLast = isOver(rows);
      const isKept = isLast || kept.includes(epoch);
      // When a checkpoint is made depends on the clock; what it leads to does not.
      if (isKept || isAsked || state.isDue()) await state.save({ checkpoint, history: rows }, { passing: !isKept });
      yield history;
      if (isAsked) {
        console.log(`keeps a checkpoint after epoch ${epoch}`);
        throw signal.reason;
      }
      if (!isLast) continue;
      console.log(`stops after epoch ${epoch}, which interpolates the train set`);
      return;
    }
  }
}
