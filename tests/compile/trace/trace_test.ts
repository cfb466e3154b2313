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
  assert.match(error.origin.line!, /^\/.*\/trace_test\.ts:\d+:\d+$/);
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

/** Runs a function while tfjs differentiates an operation as if it were another. */
function withGradientOf(other: string, kernelName: string, run: () => void): void {
  const before = tf.getGradient(kernelName);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...tf.getGradient(other), kernelName });
  try {
    run();
  } finally {
    tf.unregisterGradient(kernelName);
    tf.registerGradient(before);
  }
}

Deno.test("traceProgram() names an operation whose gradient cannot be compiled, by the line of the operation", () => {
  const lines = Deno.readTextFileSync(new URL(import.meta.url)).split("\n");
  const line = lines.findIndex((line) => line.endsWith("// The line that the message has.")) + 1;
  const run = (x: tf.Tensor) => {
    const model = (x: tf.Tensor) => tf.leakyRelu(x, 0.1); // The line that the message has.
    return tf.grad((x) => tf.sum(model(x)))(x);
  };
  // No kernel that is compiled has a gradient that is not.
  withGradientOf("LRN", "LeakyRelu", () => {
    const error = errorOf(run);
    assert.ok(error instanceof UnsupportedOperationError, `${error}`);
    assert.equal(error.operation, "LRNGrad");
    const { message } = error;
    assert.ok(message.startsWith("the program uses the gradient of the operation LeakyRelu at /"), message);
    assert.ok(message.includes(`trace_test.ts:${line}:`), message);
    assert.match(
      message,
      /, and its part LRNGrad cannot be compiled; write LeakyRelu by other operations, .* add LRNGrad to/,
    );
  });
  // What tfjs itself finds wrong in a gradient.
  withGradientOf("Transpose", "LeakyRelu", () => {
    const { message } = errorOf(run);
    assert.ok(message.startsWith("the gradient of LeakyRelu in the program at /"), message);
    assert.ok(message.includes(`trace_test.ts:${line}:`), message);
  });
});

Deno.test("traceProgram() names an operation that a gradient of the user's own uses, by its line there", () => {
  const own = tf.customGrad((x) => ({
    value: tf.square(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.complex(dy, dy),
  }));
  const error = errorOf((x) => tf.grad((x) => tf.sum(own(x)))(x));
  assert.match(error.message, /^the program uses the operation Complex at .*trace_test\.ts/);
});

Deno.test("traceProgram() names an operation of which tfjs has no gradient, and where the model has it", () => {
  const error = errorOf((x) => tf.grad((x) => tf.sum(tf.cumprod(x, 1)))(x));
  assert.match(
    error.message,
    /^the program needs the gradient of the operation Cumprod at \/.*trace_test\.ts:\d+:\d+, which TensorFlow\.js does not have; write it by other operations, or give its gradient by tf\.customGrad$/,
  );
});

Deno.test("traceProgram() says where shapes do not fit an operation, and what would", () => {
  const matrix = (x: tf.Tensor) => tf.reshape(x, [-1, 8]);
  const messages: [run: (x: tf.Tensor) => tf.Tensor, message: RegExp][] = [
    [
      (x) => tf.matMul(matrix(x), matrix(x)),
      /^the program uses BatchMatMul on \[4,8\], \[4,8\] at \/.*trace_test\.ts:\d+:\d+: \[4,8\] has 8 columns, and \[4,8\] has 4 rows; a product needs as many of both$/,
    ],
    [
      (x) => tf.add(x, tf.ones([3, 1])),
      /uses Add on \[2,4,4,1\], \[3,1\] at .*: \[2,4,4,1\] and \[3,1\] do not stretch to one shape$/,
    ],
    [(x) => tf.reshape(x, [5, 5]), /^the program at .*trace_test\.ts.*: .*32.*5,5$/],
    [(x) => tf.concat([x, tf.ones([2, 3, 4, 1])], 3), /at .*: .*\[2,3,4,1\].* differ besides along axis 3/],
    [(x) => tf.gather(x, tf.tensor1d([0.5])), /at .*trace_test\.ts/],
    [(x) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 3, 1]), 1, "same"), /at .*trace_test\.ts.*: .*depth.*1.*3/],
    [(x) => tf.transpose(x, [0, 1]), /at .*trace_test\.ts/],
    [(x) => tf.slice(x, [0, 3, 0, 0], [1, 2, 1, 1]), /at .*trace_test\.ts/],
  ];
  for (const [run, message] of messages) assert.match(errorOf(run).message, message, `${run}`);
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
