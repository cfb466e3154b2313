import assert from "node:assert/strict";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { binary, broadcast, fill, literal, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import { foldLiterals } from "../../../lib/compile/passes/fold_literals.ts";
import { input } from "../support/graph.ts";
import { rewritten, unchanged } from "../support/rule.ts";

await tf.setBackend("cpu");

/** Values of `[2, 3, 4]`. */
const values = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 24, maxLength: 24 });
const row = fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 4 });
const reduce = (name: "sum" | "mean" | "max" | "min" | "product", axes: number[], keep: boolean) => (x: Node) =>
  node({ kind: "reduce", function: name, axes, keep }, [x]);

/** An operation as a node on a literal `[2, 3, 4]` and one `[4]`, and as TensorFlow.js has it. */
const operations: Record<string, [made: (x: Node, y: Node) => Node, of: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor]> = {
  "a function of each value": [(x) => unary("tanh", x), (x) => tf.tanh(x)],
  "a function of two": [(x, y) => binary("subtract", y, x), (x, y) => tf.sub(y, x)],
  "a comparison": [(x, y) => binary("less", x, y), (x, y) => tf.less(x, y)],
  "a choice": [
    (x, y) => node({ kind: "select" }, [binary("greater", x, y), y, x]),
    (x, y) => tf.where(tf.greater(x, y), tf.broadcastTo(y, x.shape), x),
  ],
  "a cast": [(x) => node({ kind: "cast", dtype: "int32" }, [x]), (x) => tf.cast(x, "int32")],
  "a reshape": [(x) => reshape(x, [4, 6]), (x) => tf.reshape(x, [4, 6])],
  "a broadcast": [(_, y) => broadcast(y, [2, 3, 4]), (_, y) => tf.broadcastTo(y, [2, 3, 4])],
  "a transpose": [
    (x) => node({ kind: "transpose", permutation: [2, 0, 1] }, [x]),
    (x) => tf.transpose(x, [2, 0, 1]),
  ],
  "a slice": [
    (x) => node({ kind: "slice", begin: [0, 1, 2], size: [2, 2, 1] }, [x]),
    (x) => tf.slice(x, [0, 1, 2], [2, 2, 1]),
  ],
  "a reverse": [(x) => node({ kind: "reverse", axes: [0, 2] }, [x]), (x) => tf.reverse(x, [0, 2])],
  "a repetition": [(x) => node({ kind: "tile", repeats: [1, 2, 3] }, [x]), (x) => tf.tile(x, [1, 2, 3])],
  "a padding": [
    (x) => node({ kind: "pad", before: [1, 0, 0], after: [0, 2, 0], value: 7 }, [x]),
    (x) => tf.pad(x, [[1, 0], [0, 2], [0, 0]], 7),
  ],
  "a sum": [reduce("sum", [0, 2], false), (x) => tf.sum(x, [0, 2])],
  "a mean, kept": [reduce("mean", [1], true), (x) => tf.mean(x, [1], true)],
  "a largest": [reduce("max", [1, 2], false), (x) => tf.max(x, [1, 2])],
  "a least": [reduce("min", [0], false), (x) => tf.min(x, [0])],
  "a product": [reduce("product", [2], true), (x) => tf.prod(x, [2], true)],
};

for (const [name, [made, of]] of Object.entries(operations)) {
  Deno.test(`foldLiterals() computes ${name} as tfjs does`, () => {
    fc.assert(
      fc.property(values, row, (first, second) => {
        const result = fold(made(literal(first, [2, 3, 4], "float32"), literal(second, [4], "float32")));
        const expected = tf.tidy(() => of(tf.tensor(first, [2, 3, 4]), tf.tensor1d(second)));
        assert.deepEqual(result.shape, expected.shape);
        assert.equal(result.dtype, expected.dtype);
        const { operation } = result;
        assert.ok(operation.kind === "literal" || operation.kind === "fill");
        expected.dataSync().forEach((value, place) => {
          const found = operation.kind === "fill" ? operation.value : operation.values[place]!;
          assert.ok(Math.abs(found - value) <= 2e-6 * Math.max(1, Math.abs(value)), `${found} against ${value}`);
        });
        expected.dispose();
      }),
      { numRuns: 20 },
    );
  });
}

/** The node with all that it is computed from folded. */
function fold(node: Node): Node {
  const folded = { ...node, inputs: node.inputs.map(fold) };
  return foldLiterals(folded) ?? folded;
}

Deno.test("foldLiterals() gives one number where all come out the same", () => {
  const table = literal([1, -1, 1], [3], "float32");
  assert.deepEqual(rewritten(unary("square", table), foldLiterals), ["%0 = fill 1 float32[3]", "step 0 = %0"]);
});

Deno.test("foldLiterals() leaves alone what is not known, and what is large", () => {
  const table = literal(Array.from({ length: 40 }, (_, index) => index), [40, 1], "float32");
  const nodes = [
    binary("add", input("x", [40, 1]), table),
    binary("add", table, reshape(table, [1, 40])),
    node({ kind: "softmax", logarithm: false }, [literal([1, 2], [2], "float32")]),
    binary("add", fill(1), input("y", [2])),
  ];
  for (const node of nodes) assert.deepEqual(rewritten(node, foldLiterals).at(-1), unchanged(node).at(-1));
  assert.equal(foldLiterals(nodes[1]!), undefined);
});
