import assert from "node:assert/strict";
import type { Graph } from "../../../lib/compile/graph/graph.ts";
import { binary, fill, type Node, node, unary } from "../../../lib/compile/graph/node.ts";
import { packState } from "../../../lib/compile/passes/pack_state.ts";
import { input, linesOf } from "../support/graph.ts";

const state = (name: string, shape: readonly number[]) =>
  node({ kind: "input", role: "state", name, shape, dtype: "float32" });

const [rate, a, b] = [input("rate", []), input("a", [3]), input("b", [2, 2])];

/** A graph of the next values of states, and of what else a step gives. */
function graphOf(next: Readonly<Record<string, Node>>, states: readonly Node[], steps: readonly Node[] = []): Graph {
  return {
    name: "test",
    batch: 1,
    inputs: [rate, a, b, ...states],
    outputs: [
      ...Object.entries(next).map(([name, node]) => ({ role: "state", name, node }) as const),
      ...steps.map((node, index) => ({ role: "step", name: `${index}`, node }) as const),
    ],
  };
}

const [x, y] = [state("x", [3]), state("y", [2, 2])];
/** `state * 0.5 + slope * rate`. */
const updated = (state: Node, slope: Node) =>
  binary("add", binary("multiply", state, fill(0.5)), binary("multiply", slope, rate));

Deno.test("packState() updates states of one form as one, with what they take side by side, and reads each as a part", () => {
  const graph = packState(graphOf({ x: updated(x, a), y: updated(y, b) }, [x, y], [unary("exp", y)]));
  assert.deepEqual(graph.packs, [{
    name: "packed 1",
    members: [{ name: "x", shape: [3] }, { name: "y", shape: [2, 2] }],
  }]);
  assert.deepEqual(linesOf(graph), [
    "%0 = constant rate float32[]",
    "%1 = constant a float32[3]",
    "%2 = constant b float32[2,2]",
    "%3 = state packed 1 float32[7]",
    "%4 = multiply(%3, 0.5) float32[7]",
    "%5 = reshape(%1) float32[3]",
    "%6 = reshape(%2) float32[4]",
    "%7 = concatenate(%5, %6, axis 0) float32[7]",
    "%8 = multiply(%7, %0) float32[7]",
    "%9 = add(%4, %8) float32[7]",
    "%10 = slice(%3, begin [3], size [4]) float32[4]",
    "%11 = reshape(%10) float32[2,2]",
    "%12 = exp(%11) float32[2,2]",
    "state packed 1 = %9",
    "step 0 = %12",
  ]);
});

Deno.test("packState() lets one pack's update read another, as parameters do their velocities", () => {
  const [u, v] = [state("u", [3]), state("v", [2, 2])];
  const [velocityX, velocityY] = [updated(u, a), updated(v, b)];
  const next = {
    x: binary("subtract", x, velocityX),
    y: binary("subtract", y, velocityY),
    u: velocityX,
    v: velocityY,
  };
  const graph = packState(graphOf(next, [x, y, u, v]));
  assert.deepEqual(graph.packs!.map(({ name, members }) => [name, ...members.map(({ name }) => name)]), [
    ["packed 1", "x", "y"],
    ["packed 2", "u", "v"],
  ]);
  const lines = linesOf(graph);
  assert.ok(!lines.some((line) => line.includes("slice")));
  assert.deepEqual(lines.slice(-3), [
    "%11 = subtract(%3, %10) float32[7]",
    "state packed 1 = %11",
    "state packed 2 = %10",
  ]);
});

Deno.test("packState() leaves alone a state by itself, one that is large, and one whose update something else needs", () => {
  const large = ["large", "larger"].map((name, index) => state(name, [1025 + index]));
  const graphs = [
    graphOf({ x: updated(x, a), y: binary("add", y, b) }, [x, y]),
    graphOf({ x: updated(x, a), y }, [x, y]),
    graphOf(Object.fromEntries(large.map((node, index) => [["large", "larger"][index]!, unary("exp", node)])), large),
  ];
  for (const graph of graphs) assert.deepEqual(linesOf(packState(graph)), linesOf(graph));
  const [needed, alone] = [updated(x, a), updated(y, b)];
  const shared = graphOf({ x: needed, y: alone }, [x, y], [unary("exp", needed)]);
  assert.equal(packState(shared).packs, undefined);
});
