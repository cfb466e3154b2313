import assert from "node:assert/strict";
import { inParallel } from "../../../lib/pipeline/remote/parallel.ts";

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("work is done for each item, for as many at once as are allowed and no more", async () => {
  let [now, most] = [0, 0];
  const done: number[] = [];
  await inParallel(Array.from({ length: 50 }, (_, index) => index).values(), 4, async (item) => {
    most = Math.max(most, ++now);
    await pause(item % 3);
    now--;
    done.push(item);
  });
  assert.equal(most, 4);
  assert.deepEqual(done.toSorted((one, other) => one - other), Array.from({ length: 50 }, (_, index) => index));
});

Deno.test("after a failure nothing more begins, and what had begun ends before that is told", async () => {
  const [begun, ended]: [number[], number[]] = [[], []];
  const failing = inParallel([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
    begun.push(item);
    if (item === 1) throw new Error("1 fails");
    await pause(10);
    ended.push(item);
    if (item === 2) throw new Error("2 fails, later");
  });
  await assert.rejects(failing, /1 fails/);
  assert.deepEqual([begun, ended], [[0, 1, 2], [0, 2]]);
});
