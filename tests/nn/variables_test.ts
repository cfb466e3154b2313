import assert from "node:assert/strict";
import { release } from "../../lib/nn/variables.ts";

Deno.test("release() empties arrays, but for those whose buffer stays in use", () => {
  const shared = new Float32Array(4);
  const old = { "parameters/a": new Float32Array(3), "parameters/b": shared.subarray(0, 2), "parameters/c": shared };
  release(old, { "parameters/c": shared });
  assert.deepEqual(Object.values(old).map(({ length }) => length), [0, 2, 4]);
  release(old, {});
  assert.deepEqual(Object.values(old).map(({ length }) => length), [0, 0, 0]);
});
