import assert from "node:assert/strict";
import { Interruption } from "../../../lib/pipeline/commands/interruption.ts";

/** A budget of so many milliseconds from now. */
function budget(working: number, total: number): { text: string; working: number; total: number } {
  const now = performance.now();
  return { text: "", working: now + working, total: now + total };
}

Deno.test("a time budget asks stages to end, and kills what is left at its end", async () => {
  const asked: (number | undefined)[] = [];
  using interruption = new Interruption({ ask: (left) => asked.push(left), leave: () => {} }, budget(200, 240));
  assert.deepEqual([interruption.signal.aborted, interruption.code], [false, undefined]);
  await new Promise((proceed) => interruption.kill.addEventListener("abort", proceed));
  assert.deepEqual([interruption.signal.aborted, interruption.code], [true, 5]);
  assert.equal(asked.length, 1);
  assert.ok(asked[0]! <= 0.04);
});

Deno.test("a time budget that is over asks at once, and one that is not does nothing after the run", async () => {
  const asked: string[] = [];
  {
    using over = new Interruption({ ask: () => asked.push("over"), leave: () => {} }, budget(-2, -1));
    assert.deepEqual([over.signal.aborted, over.kill.aborted, over.code], [true, true, 5]);
    using _enough = new Interruption({ ask: () => asked.push("enough"), leave: () => {} }, budget(200, 210));
  }
  await new Promise((proceed) => setTimeout(proceed, 250));
  assert.deepEqual(asked, ["over"]);
});
