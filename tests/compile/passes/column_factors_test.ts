import assert from "node:assert/strict";
import { binary, type Node, node } from "../../../lib/compile/graph/node.ts";
import type { InputRole } from "../../../lib/compile/graph/operation.ts";
import { columnFactors } from "../../../lib/compile/passes/column_factors.ts";
import { graphOf, linesOf } from "../support/graph.ts";

function input(role: InputRole, name: string, shape: readonly number[]): Node {
  return node({ kind: "input", role, name, shape, dtype: "float32" });
}
const x = input("example", "x", [5, 3]);
const product = (matrix: Node) => node({ kind: "matMul", transposeLeft: false, transposeRight: false }, [x, matrix]);
const lines = (...outputs: Node[]) => linesOf(columnFactors(graphOf(...outputs)));

Deno.test("columnFactors() multiplies a constant matrix by what the columns of its product are multiplied by", () => {
  const [matrix, factor] = [input("constant", "W", [3, 4]), input("constant", "a", [4])];
  const expected = graphOf(binary("add", product(binary("multiply", matrix, factor)), factor));
  for (const scaled of [binary("multiply", product(matrix), factor), binary("multiply", factor, product(matrix))]) {
    const graph = graphOf(binary("add", scaled, factor));
    assert.deepEqual(linesOf(columnFactors(graph)), linesOf({ ...graph, outputs: expected.outputs }));
  }
});

Deno.test("columnFactors() multiplies constant filters by what the channels of a convolution are multiplied by", () => {
  const window = { height: 3, width: 3, strideHeight: 1, strideWidth: 1, top: 1, left: 1, bottom: 1, right: 1 };
  const [images, filter] = [input("example", "images", [2, 8, 8, 3]), input("constant", "W", [3, 3, 3, 4])];
  const convolved = (by: Node) => node({ kind: "convolution", window }, [images, by]);
  for (const shape of [[4], [1, 1, 1, 4]]) {
    const factor = input("constant", "a", shape);
    const graph = graphOf(binary("multiply", convolved(filter), factor));
    const expected = graphOf(convolved(binary("multiply", filter, factor)));
    assert.deepEqual(linesOf(columnFactors(graph)), linesOf({ ...graph, outputs: expected.outputs }));
  }
});

Deno.test("columnFactors() leaves what changes from step to step, is used elsewhere, or is no factor of columns", () => {
  const [matrix, factor] = [input("constant", "W", [3, 4]), input("constant", "a", [4])];
  const shared = product(matrix);
  const left = [
    [binary("multiply", product(input("state", "W", [3, 4])), factor)],
    [binary("multiply", product(matrix), input("state", "a", [4]))],
    [binary("multiply", product(matrix), input("constant", "rows", [5, 1]))],
    [binary("multiply", shared, factor), shared],
  ];
  for (const outputs of left) assert.deepEqual(lines(...outputs), linesOf(graphOf(...outputs)));
});
