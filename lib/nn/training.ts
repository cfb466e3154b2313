import type { z } from "zod";
import type { Runtime } from "../runtimes/runtime.ts";
import { type Augmentation, drawPlacements } from "./augmentation.ts";
import { diagnose } from "./diagnosis.ts";
import { checkFinite, checkScores } from "./divergence.ts";
import { compileEvaluation, evaluate, type Examples, total } from "./evaluation.ts";
import { type EvaluationColumn, type History, isEvaluated, unevaluated } from "./history.ts";
import type { Loss } from "./loss.ts";
import type { Model } from "./model.ts";
import type { Normalisation } from "./normalisation.ts";
import { Random } from "./random.ts";
import { epochRates } from "./schedule.ts";
import type { optimizerParameter } from "./sgd.ts";
import { trainingProgram } from "./training_program.ts";
import { initialVariables, type Variables } from "./variables.ts";

/** What {@linkcode training} needs. */
export interface TrainingOptions {
  /** The network. */
  readonly model: Model;
  /** Of the train set, applied to both sets. */
  readonly normalisation: Normalisation;
  /** What is minimised, and what evaluations show. */
  readonly loss: Loss;
  /** SGD and its learning rate over time. */
  readonly optimizer: z.output<typeof optimizerParameter>;
  /** Examples a step; the last, smaller batch of an epoch is used too. */
  readonly batch: number;
  /** Passes through the train set. */
  readonly epochs: number;
  /** How train images are varied in training mode, if at all; evaluations see them as they are. */
  readonly augmentation: Augmentation | null;
  /** Decides the initial variables, the order of examples and their augmentation. */
  readonly seed: number;
  /** Evaluate on the whole train and test set after every so many epochs, and at both ends. */
  readonly evaluateEvery: number;
  /** What it learns from. */
  readonly train: Examples;
  /** What it is only evaluated on. */
  readonly test: Examples;
  /** What computes. */
  readonly runtime: Runtime;
  /** Threads the runtime may use. */
  readonly threads: number;
  /** Where to go on, as {@linkcode training} gave it; else from new variables. */
  readonly start?: Checkpoint;
  /** The epoch to stop after, where that is not the last. */
  readonly until?: number;
}

/** All that the rest of a training depends on, besides its options. */
export interface Checkpoint {
  /** Finished epochs. */
  readonly epoch: number;
  /** Parameters and statistics. */
  readonly variables: Variables;
  /** The optimizer's velocity of each parameter, as `velocities/<parameter>`. */
  readonly velocities: Variables;
}

/**
 * Trains a network, an epoch at a time: yields where it stands before training (epoch 0), then after each epoch. The seed
 * decides the initial variables and each epoch's order and augmentation, each by a random stream of its own, so that going on
 * from any checkpoint gives the bytes of an uninterrupted training.
 *
 * @throws {Error} when the loss or a variable stops being finite, naming epoch, step, layer and learning rate
 */
export async function* training(options: TrainingOptions): AsyncGenerator<Checkpoint & { readonly history: History }> {
  const { model, normalisation, loss, augmentation, optimizer, batch, epochs, seed, train, runtime, threads } = options;
  const count = train.labels.length;
  const steps = Math.ceil(count / batch);
  checkBatches(model, count, batch);

  const evaluator = await evaluatorOf(options);
  const step = await runtime.compile(trainingProgram(model, normalisation, optimizer, { loss, augmentation }), {
    batch,
    threads,
  });
  try {
    let { epoch, variables, velocities } = options.start ?? beginning(model, seed);
    if (options.start === undefined) {
      yield { epoch, variables, velocities, history: { ...untrained, ...await evaluator.scores(epoch, variables) } };
    }
    while (epoch < (options.until ?? epochs)) {
      epoch++;
      const rates = epochRates(optimizer, { epoch, epochs, steps });
      const inputs = {
        examples: {
          images: train.images,
          labels: train.labels,
          ...(augmentation === null ? {} : { placements: drawPlacements(augmentation, seed, epoch, count) }),
        },
        order: new Random(seed, `order of epoch ${epoch}`).permutation(count),
        scalars: { learningRate: Float32Array.from(rates) },
        state: { ...variables, ...velocities },
      };
      const result = await step.run(inputs);
      const state = result.state as Variables;
      const losses = result.steps.loss!.data;
      const diagnosis = (at: number) => diagnose(options, { executable: step, inputs }, at);
      await checkFinite({ epoch, rates, losses, state, settings: options, diagnose: diagnosis });
      ({ variables, velocities } = separated(state));
      const history = {
        epoch,
        learning_rate: rates.at(-1)!,
        train_loss: total(losses) / steps,
        running_accuracy: total(result.steps.correct!.data) / count,
        ...await evaluator.scores(epoch, variables),
      };
      yield { epoch, variables, velocities, history };
    }
  } finally {
    await step.dispose();
    await evaluator.dispose();
  }
}

const untrained = { epoch: 0, learning_rate: null, train_loss: null, running_accuracy: null } as const;

function beginning(model: Model, seed: number): Checkpoint {
  const variables = initialVariables(model, seed);
  const velocities = Object.keys(model.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  return { epoch: 0, variables, velocities: Object.fromEntries(velocities) };
}

function separated(state: Variables): Pick<Checkpoint, "variables" | "velocities"> {
  const isVelocity = ([name]: [string, Float32Array]) => name.startsWith("velocities/");
  const entries = Object.entries(state);
  return {
    variables: Object.fromEntries(entries.filter((entry) => !isVelocity(entry))),
    velocities: Object.fromEntries(entries.filter(isVelocity)),
  };
}

async function evaluatorOf({ runtime, model, normalisation, loss, threads, ...options }: TrainingOptions): Promise<{
  scores(epoch: number, variables: Variables): Promise<Pick<History, EvaluationColumn>>;
  dispose(): Promise<void>;
}> {
  const executable = await compileEvaluation(runtime, model, normalisation, loss, { threads });
  return {
    async scores(epoch, variables) {
      if (!isEvaluated(epoch, { every: options.evaluateEvery, epochs: options.epochs })) return unevaluated;
      const train = await evaluate(executable, variables, options.train);
      const test = await evaluate(executable, variables, options.test);
      checkScores(epoch, { train, test }, { model, optimizer: options.optimizer });
      return {
        train_accuracy: train.accuracy,
        test_accuracy: test.accuracy,
        train_evaluation_loss: train.loss,
        test_loss: test.loss,
      };
    },
    dispose: () => executable.dispose(),
  };
}

function checkBatches(model: Model, count: number, batch: number): void {
  const last = count % batch === 0 ? Math.min(batch, count) : count % batch;
  if (last === 1 && Object.keys(model.statistics).length > 0) {
    throw new Error(
      `The last batch of ${count} examples in batches of ${batch} holds one, whose variance batch norm cannot take; ` +
        `choose another batch size`,
    );
  }
}
