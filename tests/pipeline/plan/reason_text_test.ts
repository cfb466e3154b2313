import assert from "node:assert/strict";
import { reasonsText, reasonText } from "../../../lib/pipeline/plan/reason_text.ts";
import type { Reason } from "../../../lib/pipeline/plan/reason.ts";

Deno.test("reasonText() says each kind of reason as a clause", () => {
  const expected: [reason: Reason, text: string][] = [
    [{ kind: "never run" }, "has not run yet"],
    [{ kind: "forced" }, "forced"],
    [{ kind: "always changed" }, "always runs (always_changed)"],
    [{ kind: "declaration changed" }, "the names or flags of its outs changed"],
    [{ kind: "command changed", from: "a\nb", to: "c" }, "the command: a; b -> c"],
    [{ kind: "module changed", path: "lib/cdnv.ts", change: "changed" }, "lib/cdnv.ts changed"],
    [{ kind: "module changed", path: "lib/cdnv.ts", change: "added" }, "lib/cdnv.ts is new"],
    [{ kind: "package changed", name: "yaml", from: "2.9.0", to: "2.9.1" }, "npm package yaml: 2.9.0 -> 2.9.1"],
    [{ kind: "parameter changed", key: "with.lr", from: 0.1, to: 0.05 }, "with.lr: 0.1 -> 0.05"],
    [{ kind: "parameter changed", key: "with.lr", to: [1] }, "with.lr: [1] is new"],
    [{ kind: "parameter changed", key: "with.lr", from: "a" }, 'with.lr: "a" is gone'],
    [
      { kind: "resolution changed", key: "with.runtime", from: "cpu", to: "onnx" },
      'what with.runtime comes to: "cpu" -> "onnx"',
    ],
    [{ kind: "environment changed", name: "HOME" }, "the environment variable HOME changed"],
    [{ kind: "dep changed", path: "data/x", change: "changed" }, "data/x changed"],
    [{ kind: "dep changed", path: "data/x", change: "removed" }, "dep data/x is gone"],
    [{ kind: "dep missing", path: "data/x" }, "data/x is missing"],
    [{ kind: "out missing", path: "out/x" }, "out/x is missing"],
    [{ kind: "out changed", path: "out/x", change: "changed" }, "out/x is not as the stage left it"],
    [{ kind: "out changed", path: "out/x", change: "added" }, "out out/x is new"],
    [{ kind: "folder changed", from: "a", to: "b" }, "the working folder: a -> b"],
    [{ kind: "upstream", stage: "train@2" }, "waits for train@2"],
  ];
  for (const [reason, text] of expected) assert.equal(reasonText(reason), text);
});

Deno.test("reasonText() shortens long values", () => {
  const text = reasonText({ kind: "parameter changed", key: "with.text", to: "x".repeat(500) });
  assert.equal(text, `with.text: "${"x".repeat(58)}… is new`);
});

Deno.test("reasonsText() counts what it does not name", () => {
  const reasons = ["a", "b", "c", "d"].map((path): Reason => ({ kind: "out missing", path }));
  assert.equal(reasonsText(reasons, 2), "a is missing, b is missing, and 2 more");
});
