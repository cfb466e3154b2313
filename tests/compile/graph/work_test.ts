import assert from "node:assert/strict";
import { node, unary } from "../../../lib/compile/graph/node.ts";
import { workOf } from "../../../lib/compile/graph/work.ts";

const input = (name: string, shape: readonly number[]) =>
  node({ kind: "input", role: "constant", name, shape, dtype: "float32" });

function work(...outputs: ReturnType<typeof unary>[]): number {
  return workOf({
    name: "test",
    batch: 1,
    inputs: [],
    outputs: outputs.map((node, index) => ({ role: "row", name: `${index}`, node })),
  });
}

Deno.test("workOf() counts the multiplications of a product, once however often it is used", () => {
  const product = node({ kind: "matMul", transposeLeft: true, transposeRight: false }, [
    input("left", [7, 5]),
    input("right", [7, 3]),
  ]);
  assert.equal(work(product, unary("relu", product)), 5 * 7 * 3);
});

Deno.test("workOf() counts a convolution's multiplications, and 32 more for each value that a window takes", () => {
  const window = {
    height: 3,
    width: 3,
    strideHeight: 1,
    strideWidth: 1,
    top: 1,
    left: 1,
    bottom: 1,
    right: 1,
  };
  const convolution = node({ kind: "convolution", window }, [
    input("images", [1, 8, 8, 4]),
    input("filters", [3, 3, 4, 6]),
  ]);
  assert.equal(work(convolution), 8 * 8 * 6 * 9 * (4 + 32));
});
