import assert from "node:assert/strict";
import { type Node, node } from "../../../lib/compile/graph/node.ts";
import type { Operation } from "../../../lib/compile/graph/operation.ts";
import { lowerLoop } from "../../../lib/compile/stablehlo/loop.ts";
import type { Precision } from "../../../lib/compile/stablehlo/precision.ts";
import { numberText } from "../../../lib/compile/stablehlo/type.ts";
import { graphOf, input } from "../support/graph.ts";

/** The lines that one operation on inputs comes to. */
function linesOf(operation: Operation, inputs: readonly Node[], precision: Precision = "float32"): string[] {
  const { text } = lowerLoop(graphOf(node(operation, inputs)), { count: 1, steps: 1, precision });
  const lines = text.split("\n").map((line) => line.trim());
  const [begin, end] = [
    lines.indexOf("} do {") + 1,
    lines.findIndex((line) => line.startsWith("stablehlo.return %") && line.includes("xf32>")),
  ];
  // The first three lines get at the step's examples, the last ones put the result in its place.
  const index = lines.slice(begin, end).findLastIndex((line) => line.includes("stablehlo.reshape"));
  return lines.slice(begin + 3, begin + index);
}

const window = { height: 3, width: 3, strideHeight: 2, strideWidth: 2, top: 0, left: 0, bottom: 1, right: 1 };
const [images, filter, gradient] = [input("x", [2, 6, 6, 3]), input("w", [3, 3, 3, 4]), input("g", [2, 3, 3, 4])];
const tail = "{batch_group_count = 1 : i64, feature_group_count = 1 : i64, " +
  "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]}";

Deno.test("lowerLoop() writes a loop that carries the state and stacks steps and rows", () => {
  const values = node({ kind: "input", role: "example", name: "values", shape: [2, 3], dtype: "float32" });
  const total = node({ kind: "input", role: "state", name: "total", shape: [3], dtype: "float32" });
  const sum = node({ kind: "reduce", function: "sum", axes: [0], keep: false }, [values]);
  const next = node({ kind: "binary", function: "add" }, [total, sum]);
  const { text, parameters, results } = lowerLoop({
    name: "tally",
    batch: 2,
    inputs: [values, total],
    outputs: [
      { role: "state", name: "total", node: next },
      { role: "step", name: "sum", node: sum },
      { role: "row", name: "values", node: values },
    ],
  }, { count: 7, steps: 4, precision: "float32" });
  assert.equal(
    text,
    `// tally, 4 steps of 2
module @program {
  func.func public @main(
      %in0: tensor<4x2xi32>, // order order
      %in1: tensor<7x3xf32>, // example values
      %in2: tensor<3xf32> {tf.aliasing_output = 0 : i32} // state total
    ) -> (tensor<3xf32>, tensor<4x3xf32>, tensor<8x3xf32>) {
    %start = stablehlo.constant dense<0> : tensor<i32>
    %steps = stablehlo.constant dense<4> : tensor<i32>
    %empty1 = stablehlo.constant dense<0.0> : tensor<4x3xf32>
    %empty2 = stablehlo.constant dense<0.0> : tensor<8x3xf32>
    %done:4 = stablehlo.while(%step = %start, %carried0 = %in2, %carried1 = %empty1, %carried2 = %empty2) : tensor<i32>, tensor<3xf32>, tensor<4x3xf32>, tensor<8x3xf32>
    cond {
      %more = stablehlo.compare LT, %step, %steps : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %more : tensor<i1>
    } do {
      %0 = stablehlo.constant dense<0> : tensor<i32>
      %1 = stablehlo.dynamic_slice %in0, %step, %0, sizes = [1, 2] : (tensor<4x2xi32>, tensor<i32>, tensor<i32>) -> tensor<1x2xi32>
      %2 = stablehlo.reshape %1 : (tensor<1x2xi32>) -> tensor<2xi32>
      %3 = "stablehlo.gather"(%in1, %2) <{dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, slice_sizes = array<i64: 1, 3>}> : (tensor<7x3xf32>, tensor<2xi32>) -> tensor<2x3xf32>
      %4 = stablehlo.constant dense<0.0> : tensor<f32>
      %5 = stablehlo.reduce(%3 init: %4) applies stablehlo.add across dimensions = [0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3xf32>
      %6 = stablehlo.add %carried0, %5 : tensor<3xf32>
      %7 = stablehlo.reshape %5 : (tensor<3xf32>) -> tensor<1x3xf32>
      %8 = stablehlo.dynamic_update_slice %carried1, %7, %step, %0 : (tensor<4x3xf32>, tensor<1x3xf32>, tensor<i32>, tensor<i32>) -> tensor<4x3xf32>
      %9 = stablehlo.constant dense<2> : tensor<i32>
      %10 = stablehlo.multiply %step, %9 : tensor<i32>
      %11 = stablehlo.dynamic_update_slice %carried2, %3, %10, %0 : (tensor<8x3xf32>, tensor<2x3xf32>, tensor<i32>, tensor<i32>) -> tensor<8x3xf32>
      %12 = stablehlo.constant dense<1> : tensor<i32>
      %13 = stablehlo.add %step, %12 : tensor<i32>
      stablehlo.return %13, %6, %8, %11 : tensor<i32>, tensor<3xf32>, tensor<4x3xf32>, tensor<8x3xf32>
    }
    return %done#1, %done#2, %done#3 : tensor<3xf32>, tensor<4x3xf32>, tensor<8x3xf32>
  }
}
`,
  );
  assert.deepEqual(parameters.map(({ role, name, shape }) => [role, name, shape]), [
    ["order", "order", [4, 2]],
    ["example", "values", [7, 3]],
    ["state", "total", [3]],
  ]);
  assert.deepEqual(results.map(({ role, name, shape }) => [role, name, shape]), [
    ["state", "total", [3]],
    ["step", "sum", [4, 3]],
    ["row", "values", [8, 3]],
  ]);
});

Deno.test("convolutions and their gradients have the forms that XLA hands to cuDNN", () => {
  const convolution = linesOf({ kind: "convolution", window }, [images, filter]);
  assert.deepEqual(convolution, [
    "%3 = stablehlo.convolution(%in1, %in2) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = " +
    `{stride = [2, 2], pad = [[0, 1], [0, 1]], lhs_dilate = [1, 1], rhs_dilate = [1, 1]} ${tail} : ` +
    "(tensor<2x6x6x3xf32>, tensor<3x3x3x4xf32>) -> tensor<2x3x3x4xf32>",
  ]);
  const ofImages = linesOf({ kind: "convolutionInputGradient", window, shape: images.shape }, [gradient, filter]);
  assert.deepEqual(ofImages, [
    "%3 = stablehlo.reverse %in2, dims = [0, 1] : tensor<3x3x3x4xf32>",
    "%4 = stablehlo.convolution(%in1, %3) dim_numbers = [b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f], window = " +
    `{stride = [1, 1], pad = [[2, 1], [2, 1]], lhs_dilate = [2, 2], rhs_dilate = [1, 1]} ${tail} : ` +
    "(tensor<2x3x3x4xf32>, tensor<3x3x3x4xf32>) -> tensor<2x6x6x3xf32>",
  ]);
  const ofFilter = linesOf({ kind: "convolutionFilterGradient", window, shape: filter.shape }, [images, gradient]);
  assert.deepEqual(ofFilter, [
    "%3 = stablehlo.convolution(%in1, %in2) dim_numbers = [f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f], window = " +
    `{stride = [1, 1], pad = [[0, 1], [0, 1]], lhs_dilate = [1, 1], rhs_dilate = [2, 2]} ${tail} : ` +
    "(tensor<2x6x6x3xf32>, tensor<2x3x3x4xf32>) -> tensor<3x3x3x4xf32>",
  ]);
});

Deno.test("the turned filter of a gradient stands right before the convolution at every precision", () => {
  const lines = linesOf(
    { kind: "convolutionInputGradient", window, shape: images.shape },
    [gradient, filter],
    "bfloat16",
  );
  assert.match(lines[2]!, /^%5 = stablehlo.reverse %4, dims = \[0, 1\] : tensor<3x3x3x4xbf16>$/);
  assert.match(lines[3]!, /^%6 = stablehlo.convolution\(%3, %5\)/);
});

Deno.test("the gradient of a largest value goes to the first of equal ones", () => {
  const pooled = input("g", [2, 3, 3, 3]);
  assert.deepEqual(linesOf({ kind: "maxPoolGradient", window }, [pooled, images]).slice(1), [
    '%4 = "stablehlo.select_and_scatter"(%in2, %in1, %3) <{window_dimensions = array<i64: 1, 3, 3, 1>, ' +
    "window_strides = array<i64: 1, 2, 2, 1>, padding = dense<[[0, 0], [0, 1], [0, 1], [0, 0]]> : tensor<4x2xi64>}> ({",
    "^bb0(%a: tensor<f32>, %b: tensor<f32>):",
    "%kept = stablehlo.compare GE, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>",
    "stablehlo.return %kept : tensor<i1>",
    "}, {",
    "^bb0(%a: tensor<f32>, %b: tensor<f32>):",
    "%sum = stablehlo.add %a, %b : tensor<f32>",
    "stablehlo.return %sum : tensor<f32>",
    "}) : (tensor<2x6x6x3xf32>, tensor<2x3x3x3xf32>, tensor<f32>) -> tensor<2x6x6x3xf32>",
  ]);
});

Deno.test("products have the precision asked for", () => {
  const [left, right] = [input("a", [2, 3]), input("b", [4, 3])];
  const product: Operation = { kind: "matMul", transposeLeft: false, transposeRight: true };
  const line = (precision: string) =>
    `%3 = stablehlo.dot_general %in1, %in2, contracting_dims = [1] x [1], precision = [${precision}, ${precision}] : ` +
    "(tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>";
  assert.deepEqual(linesOf(product, [left, right]), [line("HIGHEST")]);
  assert.deepEqual(linesOf(product, [left, right], "tf32"), [line("DEFAULT")]);
  assert.deepEqual(linesOf(product, [left, right], "bfloat16"), [
    "%3 = stablehlo.convert %in1 : (tensor<2x3xf32>) -> tensor<2x3xbf16>",
    "%4 = stablehlo.convert %in2 : (tensor<4x3xf32>) -> tensor<4x3xbf16>",
    "%5 = stablehlo.dot_general %3, %4, contracting_dims = [1] x [1], precision = [DEFAULT, DEFAULT] : " +
    "(tensor<2x3xbf16>, tensor<4x3xbf16>) -> tensor<2x4xbf16>",
    "%6 = stablehlo.convert %5 : (tensor<2x4xbf16>) -> tensor<2x4xf32>",
  ]);
});

Deno.test("numberText() gives a float32's digits, and bits where it has none", () => {
  assert.deepEqual([0.1, 1, -0, 1e-30, 3e38, Infinity, NaN].map((value) => numberText(value, "f32")), [
    "0.10000000149011612",
    "1.0",
    "-0.0",
    "1.0000000031710769e-30",
    "3.0000000054977558e+38",
    "0x7F800000",
    "0x7FC00000",
  ]);
  assert.deepEqual([numberText(2 ** 31 - 1, "i32"), numberText(1, "i1")], ["2147483647", "true"]);
});
