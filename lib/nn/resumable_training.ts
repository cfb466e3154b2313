import { type EarlyStop, interpolationEpoch } from "./early_stop.ts";
import { evaluatedHistory, type History } from "./history.ts";
import { missingStretches } from "./stretches.ts";
import { type Checkpoint, training, type TrainingOptions } from "./training.ts";
import type { TrainingState } from "./training_state.ts";
import { release, type Variables } from "./variables.ts";

/** What {@linkcode resumableTraining} needs besides. */
export interface ResumableTrainingOptions extends Omit<TrainingOptions, "start" | "until"> {
  /** Where checkpoints are kept. */
  readonly state: TrainingState;
  /** The epochs whose checkpoints have to be there at the end, ascending, as far as it gets. */
  readonly kept: readonly number[];
  /** When it ends before its last epoch, if at all; then that epoch is kept. */
  readonly earlyStop: EarlyStop | null;
  /** Aborted: it keeps a checkpoint after the epoch that runs, and throws the reason. */
  readonly signal: AbortSignal;
}

/**
 * The kept epochs, as far as the state tells: where it knows that the training ends early, those before its end, and that. Once
 * {@linkcode resumableTraining} is through, the state holds a checkpoint of each.
 */
export async function reachedEpochs(options: ResumableTrainingOptions): Promise<readonly number[]> {
  const { state, kept, earlyStop } = options;
  const last = state.epochs.at(-1);
  if (earlyStop === null || last === undefined) return kept;
  const end = endOf((await state.read(last)).history, options);
  return end === undefined ? kept : [...kept.filter((epoch) => epoch < end), end];
}

/**
 * Goes through as much of a training as a state lacks, so that in the end it holds a checkpoint of each kept epoch. Yields a
 * row of each epoch that it goes through.
 *
 * @throws {Error} as `training` does, and the reason of the signal
 */
export async function* resumableTraining(options: ResumableTrainingOptions): AsyncGenerator<History> {
  const { state, signal } = options;
  const kept = await reachedEpochs(options);
  for (const { from, until } of missingStretches(kept, state.epochs)) {
    const saved = from === undefined ? undefined : await state.read(from);
    if (saved !== undefined) console.log(`resumes after epoch ${from}`);
    const rows = [...saved?.history ?? []];
    const start = saved === undefined ? {} : { start: saved.checkpoint };
    let previous: Checkpoint | undefined = saved?.checkpoint;
    for await (const { history, ...checkpoint } of training({ ...options, ...start, until })) {
      if (previous !== undefined) release(numbersOf(previous), numbersOf(checkpoint));
      previous = checkpoint;
      const { epoch } = checkpoint;
      rows.push(history);
      // A runtime may hold the event loop for a whole epoch: only now is a signal heard.
      await new Promise((proceed) => setTimeout(proceed));
      const isAsked = signal.aborted;
      const isEnd = endOf(rows, options) === epoch;
      const isKept = isEnd || kept.includes(epoch);
      // When a checkpoint is made depends on the clock; what it leads to does not.
      if (isKept || isAsked || state.isDue()) await state.save({ checkpoint, history: rows }, { passing: !isKept });
      yield history;
      if (isAsked) {
        console.log(`keeps a checkpoint after epoch ${epoch}`);
        throw signal.reason;
      }
      if (!isEnd) continue;
      console.log(`ends after epoch ${epoch}, which interpolates the train set`);
      break;
    }
  }
}

function numbersOf({ variables, velocities }: Checkpoint): Variables {
  return { ...variables, ...velocities };
}

/** The epoch after which a training ends early, where its history gets there. */
function endOf(
  history: readonly History[],
  { earlyStop, evaluateEvery, epochs }: Pick<ResumableTrainingOptions, "earlyStop" | "evaluateEvery" | "epochs">,
): number | undefined {
  // A shorter training may have evaluated an epoch that this one does not.
  const rows = evaluatedHistory(history, { every: evaluateEvery, epochs });
  return earlyStop === null ? undefined : interpolationEpoch(rows, earlyStop);
}
