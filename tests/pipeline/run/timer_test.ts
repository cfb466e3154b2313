import assert from "node:assert/strict";
import { after } from "../../../lib/pipeline/run/timer.ts";

Deno.test("after() acts once the time is over, and at once where it is", async () => {
  const done: string[] = [];
  await new Promise<void>((proceed) => {
    after(1, () => {
      done.push("later");
      proceed();
    });
    after(0, () => done.push("now"));
    done.push("then");
  });
  assert.deepEqual(done, ["now", "then", "later"]);
});

Deno.test("after() waits for longer than a timer of the platform can, and not at all once disposed of", async () => {
  const done: string[] = [];
  {
    using _month = after(30 * 86400 * 1000, () => done.push("a month"));
    after(20, () => done.push("disposed"))[Symbol.dispose]();
    await new Promise((proceed) => setTimeout(proceed, 40));
  }
  assert.deepEqual(done, []);
});
