/** A row of the history of a training; null where there is no value. */
export type History = Readonly<Record<typeof historyColumns[number], number | null>> & { readonly epoch: number };

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
