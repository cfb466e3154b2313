/** A row of the history of a training; null where there is no value. */
export type History = Readonly<Record<typeof historyColumns[number], number | null>> & { readonly epoch: number };

/**
 * The history of a training that evaluates after every so many epochs and at both ends, made of rows that may hold more: the
 * last epoch of a shorter training may be one in the middle of this.
 */
export function evaluatedHistory(rows: readonly History[], { every, epochs }: EvaluationTimes): History[] {
  return rows.map((row) => isEvaluated(row.epoch, { every, epochs }) ? row : { ...row, ...unevaluated });
}

/** When a network is evaluated on the whole train and test set. */
export interface EvaluationTimes {
  /** After every so many epochs. */
  readonly every: number;
  /** After the last one too. */
  readonly epochs: number;
}

/** Whether an epoch is one after which a network is evaluated. */
export function isEvaluated(epoch: number, { every, epochs }: EvaluationTimes): boolean {
  return epoch % every === 0 || epoch === epochs;
}

/** What a row holds of an epoch that is not evaluated. */
export const unevaluated: Readonly<Record<EvaluationColumn, null>> = {
  train_accuracy: null,
  test_accuracy: null,
  train_evaluation_loss: null,
  test_loss: null,
};

/** The columns that are there where an epoch is evaluated. */
export type EvaluationColumn = "train_accuracy" | "test_accuracy" | "train_evaluation_loss" | "test_loss";

/**
 * The columns of a history:
 * `epoch` (finished ones; 0 is before training), `learning_rate` (at the epoch's last step), `train_loss` (mean of the steps'
 * losses) and `running_accuracy` (share of the examples classified rightly when they were met), both in training mode; then, in
 * evaluation mode on the whole sets and null where the epoch is not evaluated, the accuracies and mean losses.
 */
export const historyColumns: readonly [
  "epoch",
  "learning_rate",
  "train_loss",
  "running_accuracy",
  "train_accuracy",
  "test_accuracy",
  "train_evaluation_loss",
  "test_loss",
] = [
  "epoch",
  "learning_rate",
  "train_loss",
  "running_accuracy",
  "train_accuracy",
  "test_accuracy",
  "train_evaluation_loss",
  "test_loss",
];
