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
  /** Aborted: it keeps a checkpoint after the epoch that runs, and throws the reason. */
  readonly signal: AbortSignal;
}

/**
 * Goes through as much of a training as a state lacks, so that in the end it holds a checkpoint of each kept epoch. Yields a
 * row of each epoch that it goes through.
 *
 * @throws {Error} as `training` does, and the reason of the signal
 */
export async function* resumableTraining(options: ResumableTrainingOptions): AsyncGenerator<History> {
  const { state, kept, signal } = options;
  for (const { from, until } of missingStretches(kept, state.epochs)) {
    const saved = from === undefined ? undefined : await state.read(from);
    if (saved !== undefined) console.log(`resumes after epoch ${from}`);
    const rows = [...saved?.history ?? []];
    const start = saved === undefined ? {} : { start: saved.checkpoint };
    for await (const { history, ...checkpoint } of training({ ...options, ...start, until })) {
      const { epoch } = checkpoint;
      rows.push(history);
      // A runtime may hold the event loop for a whole epoch: only now is a signal heard.
      await new Promise((proceed) => setTimeout(proceed));
      const isAsked = signal.aborted;
      const isKept = kept.includes(epoch);
      // When a checkpoint is made depends on the clock; what it leads to does not.
      if (isKept || isAsked || state.isDue()) await state.save({ checkpoint, history: rows }, { passing: !isKept });
      yield history;
      if (!isAsked) continue;
      console.log(`keeps a checkpoint after epoch ${epoch}`);
      throw signal.reason;
    }
  }
}
