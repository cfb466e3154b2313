import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { graphText } from "../../../lib/compile/graph/text.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import type { Program } from "../../../lib/compile/program.ts";

const program: Program = {
  name: "one layer",
  examples: { images: { shape: [2, 2, 1], dtype: "uint8" }, labels: { shape: [], dtype: "int32" } },
  scalars: ["rate"],
  constants: { table: { shape: [3], dtype: "float32" } },
  state: { weight: { shape: [4, 3], dtype: "float32" } },
  body: ({ examples, scalars, constants, state }) => {
    const images = tf.reshape(tf.cast(examples.images!, "float32"), [-1, 4]) as tf.Tensor2D;
    const logits = tf.add(
      tf.matMul(images, state.weight as tf.Tensor2D),
      tf.mul(constants.table!, tf.tensor1d([1, 2, 3])),
    );
    return {
      state: { weight: tf.mul(state.weight!, scalars.rate!) },
      steps: {
        guess: tf.argMax(tf.maxPool(tf.reshape(logits, [5, 3, 1, 1]) as tf.Tensor4D, [2, 1], 1, "valid"), 1),
        half: tf.scalar(0.5),
      },
      rows: { logits },
    };
  },
};

Deno.test("graphText() shows inputs, operations with their attributes, shapes and types, and outputs", () => {
  assert.equal(
    graphText(traceProgram(program, 5)),
    `graph one layer, batch 5
  %0 = example images uint8[5,2,2,1]
  %1 = example labels int32[5]
  %2 = scalar rate float32[]
  %3 = constant table float32[3]
  %4 = state weight float32[4,3]
  %5 = multiply(%4, %2) float32[4,3]
  %6 = cast(%0) int32[5,2,2,1]
  %7 = cast(%6) float32[5,2,2,1]
  %8 = reshape(%7) float32[5,4]
  %9 = matMul(%8, %4) float32[5,3]
  %10 = literal 1 2 3 float32[3]
  %11 = multiply(%3, %10) float32[3]
  %12 = add(%9, %11) float32[5,3]
  %13 = reshape(%12) float32[5,3,1,1]
  %14 = pool(%13, max, window 2 1 1 1 0 0 0 0) float32[5,2,1,1]
  %15 = argument(%14, max, axis 1) int32[5,1,1]
state weight = %5
step guess = %15
step half = 0.5
row logits = %12
`,
  );
});
