import assert from "node:assert/strict";
import * as ort from "onnxruntime-node";
import { lowerLoop } from "../../../lib/compile/onnx/loop.ts";
import { safeThreads } from "../../../lib/compile/onnx/threads.ts";
import { optimise } from "../../../lib/compile/passes/optimise.ts";
import { node } from "../../../lib/compile/graph/node.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import { graphOf, input } from "../support/graph.ts";
import { mlp, trainingProgram } from "../support/network.ts";

const network = mlp({ image: [3, 3, 1], widths: [6], classes: 4, batchNorm: true });

Deno.test("lowerLoop() writes the same bytes every time", () => {
  const lower = () => lowerLoop(optimise(traceProgram(trainingProgram(network), 8)));
  assert.deepEqual(lower(), lower());
});

Deno.test("lowerLoop() gives the same numbers where ONNX Runtime does not see the shapes, and asks for no other inputs", async () => {
  const graph = optimise(traceProgram(trainingProgram(network), 8));
  const sessions = await Promise.all([false, true].map((hidesShapes) => {
    return ort.InferenceSession.create(lowerLoop(graph, { hidesShapes }), { logSeverityLevel: 3 });
  }));
  const [shown, hidden] = await Promise.all(sessions.map(async (session) => {
    const inputs = session.inputMetadata.filter((input) => input.isTensor);
    const feeds = inputs.map(({ name, type, shape }) => {
      const extents = shape.map((extent) => extent === "count" ? 16 : extent === "steps" ? 2 : extent as number);
      const values = Array.from({ length: extents.reduce((a, b) => a * b, 1) }, (_, at) => (at * 7 + 3) % 4);
      const data = type === "uint8" ? Uint8Array.from(values) : type === "int32" ? Int32Array.from(values) : undefined;
      return [
        name,
        new ort.Tensor(type as "float32", (data ?? Float32Array.from(values, (v) => v / 8)) as Float32Array, extents),
      ];
    });
    const results = await session.run(Object.fromEntries(feeds));
    return { names: inputs.map(({ name }) => name), values: Object.values(results).map(({ data }) => data) };
  }));
  assert.deepEqual(hidden, shown);
  await Promise.all(sessions.map((session) => session.release()));
});

Deno.test("lowerLoop() names inputs and outputs by role, of any number of steps and examples", async () => {
  const session = await ort.InferenceSession.create(lowerLoop(optimise(traceProgram(trainingProgram(network), 8))));
  const describe = (list: readonly ort.InferenceSession.ValueMetadata[]) =>
    list.map((value) => value.isTensor ? `${value.name} ${value.type}[${value.shape}]` : value.name);
  const [inputs, outputs] = [describe(session.inputMetadata), describe(session.outputMetadata)];
  assert.deepEqual(inputs.slice(0, 5), [
    "order int32[steps,8]",
    "example/images uint8[count,3,3,1]",
    "example/labels int32[count]",
    "scalar/rate float32[steps]",
    "state/weight1 float32[9,6]",
  ]);
  assert.deepEqual(outputs.slice(-3), [
    "step/loss float32[steps]",
    "step/correct float32[steps]",
    "row/logits float32[steps,8,4]",
  ]);
  assert.ok(outputs.includes("next/velocity/weight1 float32[9,6]"));
  await session.release();
});

Deno.test("safeThreads() gives one thread where a sum could be cut differently", () => {
  const product = (rows: number, terms: number, columns: number, transposeLeft = false) =>
    graphOf(node({ kind: "matMul", transposeLeft, transposeRight: false }, [
      input("left", transposeLeft ? [terms, rows] : [rows, terms]),
      input("right", [terms, columns]),
    ]));
  assert.equal(safeThreads(product(128, 784, 100), 4), 4);
  assert.equal(safeThreads(product(40, 784, 100), 4), 1);
  assert.equal(safeThreads(product(40, 128, 100), 4), 4);
  assert.equal(safeThreads(product(40, 784, 100, true), 4), 1);
  assert.equal(safeThreads(product(40, 128, 100, true), 4), 4);
});

Deno.test("safeThreads() knows that of many products each is one thread's", () => {
  const products = (count: number) =>
    graphOf(node({ kind: "matMul", transposeLeft: false, transposeRight: false }, [
      input("left", [count, 40, 784]),
      input("right", [count, 784, 100]),
    ]));
  assert.equal(safeThreads(products(16), 4), 4);
  assert.equal(safeThreads(products(15), 4), 1);
});
