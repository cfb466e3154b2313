import assert from "node:assert/strict";
import { parseTimeBudget } from "../../../lib/pipeline/commands/time_budget.ts";

Deno.test("parseTimeBudget() reads times as resources.time has them, and plain numbers as seconds", () => {
  const seconds = (text: string): number => parseTimeBudget(text).total / 1000;
  assert.equal(seconds("90"), 90);
  assert.equal(seconds("90s"), 90);
  assert.equal(seconds("30m"), 1800);
  assert.equal(seconds("2h"), 7200);
  assert.equal(seconds("1h30m"), 5400);
  assert.equal(seconds(" 1h 30m "), 5400);
  assert.equal(seconds("0.5h"), 1800);
  assert.equal(seconds("30d"), 30 * 86400);
});

Deno.test("parseTimeBudget() refuses what is no time, and no time at all", () => {
  for (const text of ["", "soon", "-1h", "1:30:00", "2 hours", "0", "0s", "Infinity"]) {
    assert.throws(() => parseTimeBudget(text), { message: /^".*" is not a time such as 90m, 2h or 1h30m;/ }, text);
  }
});

Deno.test("parseTimeBudget() leaves stages that resume their grace, yet half of a short budget for work", () => {
  const working = (text: string): number => parseTimeBudget(text).working / 1000;
  assert.equal(working("2h"), 7200 - 30);
  assert.equal(working("60s"), 30);
  assert.equal(working("10s"), 5);
});
