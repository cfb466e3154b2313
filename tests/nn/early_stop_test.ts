import assert from "node:assert/strict";
import { earlyStopParameter, hasInterpolated } from "../../lib/nn/early_stop.ts";
import { type History, historyColumns } from "../../lib/nn/history.ts";

/** A history of train accuracies, null where an epoch was not evaluated. */
function history(accuracies: readonly (number | null)[]): History[] {
  return accuracies.map((train_accuracy, epoch) => {
    const empty = Object.fromEntries(historyColumns.map((column) => [column, null])) as Omit<History, "epoch">;
    return { ...empty, epoch, train_accuracy };
  });
}

Deno.test("hasInterpolated() asks the last evaluations, whatever lies between them and came before", () => {
  const holds = (accuracies: readonly (number | null)[], stop: object) =>
    hasInterpolated(history(accuracies), earlyStopParameter.parse(stop));
  assert.ok(holds([0.1, 0.999], {}));
  assert.ok(!holds([0.1, 0.9989], {}));
  assert.ok(!holds([1, 0.9], {}));
  assert.ok(holds([0.1, 0.8, null, 0.7], { accuracy: 0.7, evaluations: 2 }));
  assert.ok(!holds([0.8, 0.6, 0.8], { accuracy: 0.7, evaluations: 2 }));
  assert.ok(!holds([0.8], { accuracy: 0.7, evaluations: 2 }));
  assert.ok(!holds([], {}));
});
