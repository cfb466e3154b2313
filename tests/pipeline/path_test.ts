import assert from "node:assert/strict";
import { isWithin } from "../../lib/pipeline/path.ts";

Deno.test("isWithin() compares whole names", () => {
  assert.ok(isWithin("/a/b", "/a/b"));
  assert.ok(isWithin("/a/b/c", "/a/b"));
  assert.ok(isWithin("/a", "/"));
  assert.ok(!isWithin("/a/bc", "/a/b"));
});
