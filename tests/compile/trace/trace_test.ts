import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Program } from "../../../lib/compile/program.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import { UnsupportedOperationError } from "../../../lib/compile/trace/unsupported.ts";

await tf.setBackend("cpu");

function programOf(run: (x: tf.Tensor) => tf.Tensor): Program {
  return {
    name: "the program",
    examples: { x: { shape: [4, 4, 1], dtype: "float32" } },
    scalars: [],
    constants: {},
    state: {},
    body: ({ examples }) => ({ state: {}, steps: { result: run(examples.x!) } }),
  };
}

function errorOf(run: (x: tf.Tensor) => tf.Tensor): Error {
  try {
    traceProgram(programOf(run), 2);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("traceProgram() names an operation that cannot be compiled, the program and the line", () => {
  const error = errorOf((x) => tf.fft(tf.complex(x, x)));
  assert.ok(error instanceof UnsupportedOperationError);
  assert.equal(error.operation, "Complex");
  assert.match(error.line!, /^\/.*\/trace_test\.ts:\d+:\d+$/);
  assert.match(
    error.message,
    /^the program uses the operation Complex at \/.*trace_test\.ts:\d+:\d+, which cannot be compiled; write it by other operations, choose "runtime: cpu", or add it to lib\/compile$/,
  );
});

Deno.test("traceProgram() says what about an operation cannot be compiled", () => {
  const dilated = errorOf((x) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, "valid", "NHWC", 2));
  assert.match(dilated.message, /uses the operation Conv2D at .*, but only a dilation of 1 can be compiled; /);
  // TensorFlow.js takes the window for square, and has values from beyond the image.
  const oblong = errorOf((x) => tf.maxPool(x as tf.Tensor4D, [3, 3], [3, 1], 0));
  assert.match(oblong.message, /uses the operation MaxPool at .*, but its window has 1 x 2 places, of which .* 1 x 1 /);
});

Deno.test("traceProgram() refuses to read a value, and says where", () => {
  const message =
    /^the program reads a tensor's value at \/.*trace_test\.ts:\d+:\d+; a body is traced once, without values/;
  assert.match(errorOf((x) => tf.scalar(tf.sum(x).dataSync()[0]!)).message, message);
  assert.match(errorOf((x) => tf.sum(x).arraySync() as number > 0 ? x : x).message, message);
});

Deno.test("traceProgram() refuses to draw random numbers, and says where", () => {
  const { random } = Math;
  const message =
    /^the program draws random numbers at \/.*trace_test\.ts:\d+:\d+; a body is traced once, so each step would/;
  for (
    const run of [
      (x: tf.Tensor) => tf.dropout(x, 0.5),
      (x: tf.Tensor) => tf.add(x, tf.randomNormal(x.shape)),
      (x: tf.Tensor) => tf.mul(x, Math.random()),
    ]
  ) assert.match(errorOf(run).message, message);
  assert.equal(Math.random, random);
});

Deno.test("traceProgram() leaves tfjs as it was, also after an error", () => {
  const before = tf.memory().numTensors;
  const captured = tf.tensor1d([1, 2, 3, 4]);
  traceProgram(programOf((x) => tf.mul(x, tf.reshape(captured, [4, 1]))), 2);
  errorOf((x) => tf.fft(tf.complex(x, x)));
  assert.equal(tf.getBackend(), "cpu");
  assert.deepEqual([...captured.dataSync()], [1, 2, 3, 4]);
  captured.dispose();
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("traceProgram() checks what the body returns", () => {
  const flag = errorOf((x) => tf.greater(x, 0));
  assert.equal(flag.message, `the program: step output "result" is bool; cast it to float32 or int32`);
});

Deno.test("traceProgram() copies literals, so that changing an array later changes nothing", () => {
  const values = new Float32Array([1, 2, 3, 4]);
  const graph = traceProgram(programOf((x) => tf.mul(x, tf.tensor(values, [4, 1]))), 2);
  values.fill(9);
  const literal = graph.outputs[0]!.node.inputs[1]!.operation;
  assert.ok(literal.kind === "literal");
  assert.deepEqual([...literal.values], [1, 2, 3, 4]);
});
