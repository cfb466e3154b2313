import assert from "node:assert/strict";
import { bytesOf, livenessOf, placeOf } from "../../../lib/compile/graph/liveness.ts";
import { binary, cast, fill, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import { graphOf, input } from "../support/graph.ts";

const x = input("x", [10]);

Deno.test("livenessOf() says where each value is read last, outputs after the end", () => {
  const square = unary("square", x);
  const root = unary("sqrt", square);
  const sum = binary("add", root, square);
  const { order, lastUse } = livenessOf(graphOf(sum, x));
  assert.deepEqual(order, [x, square, root, sum]);
  assert.deepEqual(order.map((node) => lastUse.get(node)), [4, 3, 3, 4]);
});

Deno.test("livenessOf() counts the bytes that are live while each node is computed", () => {
  const square = unary("square", x);
  const root = unary("sqrt", square);
  const sum = binary("add", root, square);
  const negative = unary("negate", sum);
  const { live, peak } = livenessOf(graphOf(negative));
  // What comes from outside takes no place; the square lives until the sum, which lives until the last node.
  assert.deepEqual(live, [0, 40, 80, 120, 80]);
  assert.equal(peak, 120);
});

Deno.test("livenessOf() knows types of one, four and eight bytes", () => {
  const bytes = (["uint8", "bool", "int32", "float32", "float64"] as const).map((dtype) =>
    bytesOf(input("x", [3], dtype))
  );
  assert.deepEqual(bytes, [3, 3, 12, 12, 24]);
});

Deno.test("livenessOf() gives a view no place, and what it shows a life as long as the view's", () => {
  const square = unary("square", x);
  const flat = reshape(reshape(square, [5, 2]), [2, 5]);
  const root = unary("sqrt", square);
  const last = binary("add", unary("negate", root), reshape(flat, [10]));
  const { order, live, lastUse } = livenessOf(graphOf(last));
  assert.equal(placeOf(flat), square);
  assert.equal(lastUse.get(square), order.length - 1);
  // Three views and the input add nothing.
  assert.equal(live.at(-1), bytesOf(square) + bytesOf(root) + bytesOf(last));
});

Deno.test("livenessOf() counts an output that is a view to the end", () => {
  const square = unary("square", x);
  const { live } = livenessOf(graphOf(reshape(square, [2, 5]), unary("sqrt", unary("negate", x))));
  assert.deepEqual(live, [0, 40, 40, 80, 120]);
});

Deno.test("livenessOf() leaves numbers and inputs out, but not a batch of examples", () => {
  const batch: Node = node({ kind: "input", role: "example", name: "images", shape: [8, 10], dtype: "uint8" });
  const scaled = binary("multiply", cast(batch, "float32"), fill(2));
  const { order, live } = livenessOf(graphOf(scaled));
  assert.deepEqual(order.map(({ operation }) => operation.kind), ["input", "cast", "fill", "binary"]);
  assert.deepEqual(live, [80, 400, 320, 640]);
});

Deno.test("livenessOf() takes another order of computation", () => {
  const [wide, narrow] = [node({ kind: "tile", repeats: [100] }, [x]), unary("square", x)];
  const sum = node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [wide]);
  const graph = graphOf(narrow, sum);
  assert.equal(livenessOf(graph).peak, 40 + 4000 + 4);
  assert.equal(livenessOf(graph, [x, wide, sum, narrow]).peak, 4004);
});
