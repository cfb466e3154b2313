import assert from "node:assert/strict";
import { Pace } from "../../../lib/pipeline/display/pace.ts";
import { progressLine, type RunningStage } from "../../../lib/pipeline/display/progress_line.ts";
import { styleFor } from "../../../lib/pipeline/display/style.ts";
import { widthOf } from "../../../lib/pipeline/width.ts";

function training(): RunningStage {
  const pace = new Pace();
  for (let epoch = 0; epoch <= 5; epoch += 1) pace.add(epoch * 2000, epoch);
  return {
    name: "train@8",
    since: 0,
    pace,
    progress: { done: 5, total: 20, unit: "epoch", values: { loss: 0.12345 } },
  };
}

Deno.test("progressLine() shows a bar, the count, the rate, the time left and the newest values", () => {
  assert.equal(
    progressLine(training(), 10_000, 100, 8, styleFor(false)),
    "train@8  ━━━━━━────────────────── epoch 5/20 · 2.0 s/epoch · 30 s left · loss 0.123",
  );
});

Deno.test("progressLine() never gets wider than the terminal", () => {
  for (let columns = 1; columns < 120; columns += 1) {
    assert.ok(widthOf(progressLine(training(), 10_000, columns, 8, styleFor(true))) <= columns);
  }
});

Deno.test("progressLine() counts without a bar where the total is unknown", () => {
  const stage: RunningStage = { name: "fetch", since: 0, pace: new Pace(), progress: { done: 3, unit: "MB" } };
  assert.equal(progressLine(stage, 10_000, 80, 5, styleFor(false)), "fetch MB 3");
});

Deno.test("progressLine() tells why the job of a stage waits", () => {
  const waits = "suitable nodes are busy (Resources)";
  const stage: RunningStage = { ...training(), since: 1000, waits };
  assert.equal(progressLine(stage, 13_000, 80, 8, styleFor(false)), `train@8  waiting for 12 s: ${waits}`);
});

Deno.test("progressLine() tells how long a stage runs that reports nothing", () => {
  const stage: RunningStage = { name: "plot", since: 1000, pace: new Pace() };
  assert.equal(progressLine(stage, 13_000, 80, 4, styleFor(false)), "plot running for 12 s");
});

Deno.test("Pace forgets a slow start", () => {
  const pace = new Pace(10_000);
  pace.add(0, 0);
  pace.add(60_000, 1);
  for (let second = 1; second <= 20; second += 1) pace.add(60_000 + second * 1000, 1 + second);
  assert.equal(pace.rate, 1);
  assert.equal(pace.left(31, 82_000), 8);
});

Deno.test("Pace starts anew when the count falls", () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(1000, 10);
  pace.add(2000, 0);
  assert.equal(pace.rate, undefined);
  pace.add(3000, 2);
  assert.equal(pace.rate, 2);
});
