import assert from "node:assert/strict";
import { earlyStopParameter, interpolationEpoch } from "../../lib/nn/early_stop.ts";
import { type History, historyColumns } from "../../lib/nn/history.ts";

/** A history of train accuracies, null where an epoch was not evaluated. */
function history(accuracies: readonly (number | null)[]): History[] {
  return accuracies.map((train_accuracy, epoch) => {
    const empty = Object.fromEntries(historyColumns.map((column) => [column, null])) as Omit<History, "epoch">;
    return { ...empty, epoch, train_accuracy };
  });
}

Deno.test("interpolationEpoch() is the first at which as many evaluations in a row reached the accuracy", () => {
  const end = (accuracies: readonly (number | null)[], stop: object) =>
    interpolationEpoch(history(accuracies), earlyStopParameter.parse(stop));
  assert.equal(end([0.1, 0.9989, 0.999, 1], {}), 2);
  assert.equal(end([0.1, 0.9989], {}), undefined);
  assert.equal(end([1, 0.9], {}), 0);
  assert.equal(end([0.1, 0.8, null, 0.7, 0.9], { accuracy: 0.7, evaluations: 2 }), 3);
  assert.equal(end([0.8, 0.6, 0.8, 0.8], { accuracy: 0.7, evaluations: 2 }), 3);
  assert.equal(end([0.8, 0.6, 0.8], { accuracy: 0.7, evaluations: 2 }), undefined);
  assert.equal(end([], {}), undefined);
});
