import assert from "node:assert/strict";
import { countText, durationText, numberText } from "../../../lib/pipeline/display/quantity.ts";

Deno.test("durationText() names the two largest units", () => {
  const expected: [seconds: number, text: string][] = [
    [0, "0.0 s"],
    [0.25, "0.3 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.6, "1 min"],
    [200, "3 min 20 s"],
    [3599.6, "1 h"],
    [7500, "2 h 5 min"],
    [90_000, "1 d 1 h"],
  ];
  for (const [seconds, text] of expected) assert.equal(durationText(seconds), text);
});

Deno.test("numberText() gives three significant digits", () => {
  assert.equal(numberText(0.012345), "0.0123");
  assert.equal(numberText(12), "12");
  assert.equal(numberText(170_052_171), "170052171");
  assert.equal(numberText(1.2e-7), "1.2e-7");
  assert.equal(numberText(NaN), "NaN");
});

Deno.test("countText() agrees in number", () => {
  assert.equal(countText(1, "stage"), "1 stage");
  assert.equal(countText(0, "stage"), "0 stages");
  assert.equal(countText(2, "entry", "entries"), "2 entries");
});
