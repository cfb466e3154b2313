import assert from "node:assert/strict";
import { checkFinite, checkScores, divergenceHint } from "../../lib/nn/divergence.ts";

const settings = { optimizer: { warmUp: 0, clip: null }, model: { statistics: {} } };
const hint = "try a lower optimizer.lr, some epochs of optimizer.warmUp, optimizer.clip: 1 or model.batchNorm: true";

Deno.test("divergenceHint() proposes what the training has not yet", () => {
  assert.equal(divergenceHint(settings), hint);
  const statistics = { "1.mean": { shape: [8], initial: { kind: "constant", value: 0 }, role: "norm" } } as const;
  assert.equal(
    divergenceHint({ optimizer: { warmUp: 2, clip: 5 }, model: { statistics } }),
    "try a lower optimizer.lr, an optimizer.warmUp of more than 2 epochs or an optimizer.clip below 5",
  );
});

Deno.test("checkFinite() names the first step or the variable that is not finite", async () => {
  const state = { "parameters/1.weight": Float32Array.of(1, -Infinity) };
  const diagnose = (step: number) => Promise.resolve(`layer ${step} is not`);
  const epoch = { epoch: 3, rates: [0.1, 0.2], settings, diagnose };
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
  checkScores(3, { train: finite, test: finite }, settings);
  assert.throws(() => checkScores(3, { train: finite, test: { loss: Infinity, accuracy: 0.1 } }, settings), {
    message: `Training diverged: the loss on the test set is Infinity after epoch 3; ${hint}`,
  });
});
