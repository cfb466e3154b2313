import assert from "node:assert/strict";
import { topologicalOrder } from "../../../lib/compile/graph/graph.ts";
import { graphText } from "../../../lib/compile/graph/text.ts";
import { optimise } from "../../../lib/compile/passes/optimise.ts";
import { traceProgram } from "../../../lib/compile/trace/trace.ts";
import { mlp, trainingProgram } from "../support/network.ts";

const network = mlp({ image: [2, 2, 1], widths: [3, 3], classes: 2, batchNorm: true });
const traced = traceProgram(trainingProgram(network), 8);
const optimised = optimise(traced);
const nodes = topologicalOrder(optimised.outputs.map((output) => output.node));
const count = (kind: string) => nodes.filter(({ operation }) => operation.kind === kind).length;

Deno.test("optimise() leaves a training step the products of its mathematics", () => {
  // Three layers forward, three gradients of weights, and two of features: the images need none.
  assert.equal(count("matMul"), 8);
});

Deno.test("optimise() leaves a training step no movement but that of its images", () => {
  const kinds = ["broadcast", "transpose", "tile", "slice", "concatenate", "literal"];
  assert.deepEqual(kinds.filter((kind) => count(kind) > 0), []);
  assert.equal(count("reshape"), 1);
});

Deno.test("optimise() has nothing to add to what it made", () => {
  assert.equal(graphText(optimise(optimised)), graphText(optimised));
});

Deno.test("optimise() keeps the inputs and outputs as they were", () => {
  const shapes = (graph: typeof traced) =>
    graph.outputs.map(({ role, name, node: { shape, dtype } }) => ({ role, name, shape, dtype }));
  assert.deepEqual(shapes(optimised), shapes(traced));
  assert.equal(optimised.inputs, traced.inputs);
});
