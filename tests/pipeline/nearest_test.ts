import assert from "node:assert/strict";
import { nameHints, nearest } from "../../lib/pipeline/nearest.ts";

Deno.test("nearest() finds a transposition, a missing and a wrong letter", () => {
  assert.equal(nearest("wtih", ["run", "with", "outs"]), "with");
  assert.equal(nearest("dep", ["deps", "do", "desc"]), "deps");
  assert.equal(nearest("dpes", ["desc", "deps"]), "deps");
  assert.equal(nearest("optimiser", ["optimizer", "order"]), "optimizer");
  assert.equal(nearest("Deps", ["deps"]), "deps");
});

Deno.test("nearest() gives nothing for a wholly different word", () => {
  assert.equal(nearest("epochs", ["lr", "momentum"]), undefined);
  assert.equal(nearest("x", ["y"]), undefined);
});

Deno.test("nameHints() cuts a long list of names", () => {
  const names = Array.from({ length: 30 }, (_, index) => `name${index}`);
  const [hint] = nameHints("elsewhere", names);
  assert.match(hint ?? "", /^Expected one of name0, .*, name23, …$/);
  assert.deepEqual(nameHints("x", []), []);
});
