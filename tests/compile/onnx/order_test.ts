import assert from "node:assert/strict";
import * as ort from "onnxruntime-node";
import type { Graph } from "../../../lib/compile/graph/graph.ts";
import { binary, type Node, node, reshape, unary } from "../../../lib/compile/graph/node.ts";
import type { UnaryFunction } from "../../../lib/compile/graph/operation.ts";
import { lowerLoop } from "../../../lib/compile/onnx/loop.ts";
import { executionOrder } from "../../../lib/compile/onnx/order.ts";

const x: Node = node({ kind: "input", role: "state", name: "x", shape: [4], dtype: "float32" });
const chain = (start: Node, ...names: UnaryFunction[]) => names.reduce((value, name) => unary(name, value), start);

/** Chains that part and meet, of operations that tell them apart. */
function branchedGraph(): Graph {
  const trunk = chain(x, "abs", "sqrt");
  const [left, right] = [chain(trunk, "sin", "exp"), chain(trunk, "cos", "floor")];
  const outputs = [chain(left, "tanh"), chain(right, "ceil"), chain(left, "sigmoid")];
  return {
    name: "branches",
    batch: 1,
    inputs: [x],
    outputs: [
      { role: "state", name: "x", node: chain(trunk, "erf") },
      ...outputs.map((node, index) => ({ role: "step" as const, name: `${index}`, node })),
    ],
  };
}

const onnxNames: Readonly<Record<string, string>> = {
  Abs: "abs",
  Ceil: "ceil",
  Cos: "cos",
  Erf: "erf",
  Exp: "exp",
  Floor: "floor",
  Sigmoid: "sigmoid",
  Sin: "sin",
  Sqrt: "sqrt",
  Tanh: "tanh",
};

/** A value that is used after something else was computed of it, which is needed last. */
function orderedGraph(): Graph {
  const value = unary("abs", reshape(x, [2, 2]));
  const early = unary("sigmoid", value);
  const later = chain(node({ kind: "reshape", shape: [2, 2] }, [value, early]), "exp", "tanh");
  return {
    name: "order",
    batch: 1,
    inputs: [x],
    outputs: [{ role: "state", name: "x", node: reshape(binary("add", later, early), [4]) }],
  };
}

for (const [name, graph] of Object.entries({ "branches": branchedGraph(), "a view that waits": orderedGraph() })) {
  Deno.test(`executionOrder() of ${name} is the order in which ONNX Runtime computes a loop's body`, async () => {
    const expected = executionOrder(graph).flatMap(({ operation }) => {
      return operation.kind === "unary" ? [operation.function] : [];
    });
    assert.ok(expected.length >= 4);
    assert.deepEqual(await computedOrder(graph), expected);
  });
}

Deno.test("executionOrder() has what a view waits for before what reads the view", () => {
  const names = executionOrder(orderedGraph()).map(({ operation }) =>
    "function" in operation ? operation.function : ""
  );
  assert.ok(names.indexOf("sigmoid") < names.indexOf("exp"));
});

/** The functions in the order in which ONNX Runtime computes them. */
async function computedOrder(graph: Graph): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    const session = await ort.InferenceSession.create(lowerLoop(graph, { hidesShapes: true }), {
      enableProfiling: true,
      profileFilePrefix: `${folder}/profile`,
      logSeverityLevel: 3,
    });
    await session.run({
      order: new ort.Tensor("int32", Int32Array.of(0), [1, 1]),
      "state/x": new ort.Tensor("float32", new Float32Array(4), [4]),
    });
    session.endProfiling();
    await session.release();
    const [profile] = [...Deno.readDirSync(folder)];
    const events = JSON.parse(await Deno.readTextFile(`${folder}/${profile!.name}`)) as {
      readonly name: string;
      readonly args?: { readonly op_name?: string };
    }[];
    return events.flatMap(({ name, args }) => {
      const known = onnxNames[args?.op_name ?? ""];
      return known !== undefined && name.endsWith("kernel_time") ? [known] : [];
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
