import assert from "node:assert/strict";
import fc from "fast-check";
import { epochOf, epochPoint } from "../../lib/nn/epochs.ts";
import { dropEpochs, learningRate } from "../../lib/nn/schedule.ts";
import { snapshotEpochs, snapshotsParameter } from "../../lib/nn/snapshot_epochs.ts";

const steps = 10;

Deno.test("learningRate() drops after the given epochs, as MultiStepLR does", () => {
  const schedule = { lr: 0.1, drops: { at: [2, "75%"], factor: 0.1 }, cosine: null, warmUp: 0 };
  const rates = [1, 2, 3, 4].map((epoch) => learningRate(schedule, { epoch, epochs: 4, step: 0, steps }));
  assert.deepEqual(rates, [0.1, 0.1, 0.1 * 0.1, 0.1 * 0.1 ** 2]);
});

Deno.test("learningRate() grows linearly in the warm-up and reaches the full rate at its last step", () => {
  const schedule = { lr: 0.2, drops: { at: [], factor: 0.1 }, cosine: null, warmUp: 2 };
  const at = (epoch: number, step: number) => learningRate(schedule, { epoch, epochs: 5, step, steps });
  assert.equal(at(1, 0), 0.2 / 20);
  assert.equal(at(1, 9), 0.1);
  assert.equal(at(2, 9), 0.2);
  assert.equal(at(3, 0), 0.2);
});

Deno.test("learningRate() never grows after the warm-up", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }),
    fc.double({ min: 0.05, max: 1, noNaN: true }),
    (at, factor) => {
      const rates = Array.from(
        { length: 20 },
        (_, index) =>
          learningRate({ lr: 1, drops: { at, factor }, cosine: null, warmUp: 0 }, {
            epoch: index + 1,
            epochs: 20,
            step: 3,
            steps,
          }),
      );
      return rates.every((rate, index) => rate <= (rates[index - 1] ?? 1));
    },
  ));
});

Deno.test("learningRate() falls along half a cosine, step by step, after the warm-up", () => {
  const rates = (warmUp: number) => {
    const schedule = { lr: 0.5, drops: { at: [], factor: 0.1 }, cosine: { to: 0.1 }, warmUp };
    return Array.from({ length: 4 * steps }, (_, index) => {
      return learningRate(schedule, { epoch: 1 + Math.floor(index / steps), epochs: 4, step: index % steps, steps });
    });
  };
  // The recursion by which torch's CosineAnnealingLR computes it, with a step for its epoch.
  let expected = 0.5;
  rates(0).forEach((rate, step) => {
    assert.ok(Math.abs(rate - expected) < 1e-12, `step ${step}: ${rate} ${expected}`);
    const cosine = (at: number) => 1 + Math.cos(Math.PI * at / (4 * steps));
    expected = cosine(step + 1) / cosine(step) * (expected - 0.1) + 0.1;
  });
  const warm = rates(1);
  assert.deepEqual(warm.slice(0, steps), Array.from({ length: steps }, (_, step) => 0.5 * (step + 1) / steps));
  assert.equal(warm[steps], 0.5);
  // Half of what is left after the warm-up.
  assert.ok(Math.abs(warm[steps + 1.5 * steps]! - 0.3) < 1e-12);
  assert.deepEqual(rates(4), Array.from({ length: 4 * steps }, (_, step) => 0.5 * (step + 1) / (4 * steps)));
});

Deno.test("dropEpochs() leaves out drops that training never reaches", () => {
  assert.deepEqual(dropEpochs({ at: [150, 225, 2], factor: 0.1 }, 3), [2]);
});

Deno.test("epochPoint takes numbers and percentages up to 100 only", () => {
  for (const point of [0, 12, "0%", "12.5%", "100%"]) assert.ok(epochPoint.safeParse(point).success, `${point}`);
  for (const point of [-1, 1.5, "12", "101%", "-5%", "x%"]) assert.ok(!epochPoint.safeParse(point).success, `${point}`);
  assert.equal(epochOf("37.5%", 20), 8);
});

Deno.test("snapshotEpochs() keeps the first and last epoch whatever is asked for", () => {
  assert.deepEqual(snapshotEpochs(snapshotsParameter.parse({}), 20, { at: [], factor: 1 }), [0, 20]);
});

Deno.test("snapshotEpochs() adds listed, periodic and dense epochs up", () => {
  const drops = { at: [10], factor: 0.1 };
  const kept = (parameter: unknown) => snapshotEpochs(snapshotsParameter.parse(parameter), 20, drops);
  assert.deepEqual(kept({ at: [3, "50%"] }), [0, 3, 10, 20]);
  assert.deepEqual(kept({ every: 8 }), [0, 8, 16, 20]);
  assert.deepEqual(kept({ dense: 2 }), [0, 1, 2, 10, 11, 12, 20]);
  assert.deepEqual(kept({ at: [5], every: 10, dense: 1 }), [0, 1, 5, 10, 11, 20]);
});

Deno.test("snapshotEpochs() makes about 60 of 500 epochs by {every: 10, dense: 4}", () => {
  const parameter = snapshotsParameter.parse({ every: 10, dense: 4 });
  assert.equal(snapshotEpochs(parameter, 500, { at: [150, 225], factor: 0.1 }).length, 64);
});

Deno.test("snapshotEpochs() refuses an epoch that training does not reach", () => {
  assert.throws(() => snapshotEpochs(snapshotsParameter.parse({ at: [5, 30] }), 20, { at: [], factor: 1 }), {
    message: "A snapshot is asked for at epoch 30, but training ends after 20; see snapshots.at",
  });
});
