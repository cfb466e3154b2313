import assert from "node:assert/strict";
import { checkFinite, checkScores } from "../../lib/nn/divergence.ts";

const hint = "try a lower optimizer.lr, some epochs of optimizer.warmUp, or model.batchNorm: true";

Deno.test("checkFinite() names the first step or the variable that is not finite", async () => {
  const state = { "parameters/1.weight": Float32Array.of(1, -Infinity) };
  const diagnose = (step: number) => Promise.resolve(`layer ${step} is not`);
  const epoch = { epoch: 3, rates: [0.1, 0.2], diagnose };
  await assert.rejects(() => checkFinite({ ...epoch, losses: Float32Array.of(1, NaN), state }), {
    message:
      `Training diverged: the loss is NaN at epoch 3, step 2 of 2, learning rate 0.2, where layer 1 is not; ${hint}`,
  });
  await assert.rejects(() => checkFinite({ ...epoch, losses: Float32Array.of(1, 2), state }), {
    message:
      "Training diverged: parameters/1.weight holds -Infinity after the last step of epoch 3, learning rate 0.2; " +
      hint,
  });
});

Deno.test("checkScores() names the set whose loss is not finite", () => {
  const finite = { loss: 2, accuracy: 0.5 };
  checkScores(3, { train: finite, test: finite });
  assert.throws(() => checkScores(3, { train: finite, test: { loss: Infinity, accuracy: 0.1 } }), {
    message: `Training diverged: the loss on the test set is Infinity after epoch 3; ${hint}`,
  });
});
