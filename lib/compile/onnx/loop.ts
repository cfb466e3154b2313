import type { Graph, GraphOutput, Pack } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { Dtype, InputRole, OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { Emitter } from "./emitter.ts";
import { lowerings } from "./lowerings.ts";
import { OnnxGraph } from "./model.ts";
import { planOf } from "./plan.ts";

type Input = Node<OperationOf<"input">>;

/** The name of the model's input that holds the indices of the examples, `[steps, batch]`. */
export const orderName = "order";

/** The name that a model's input or output has, by its role and its name in the program. */
export function valueName(role: InputRole | GraphOutput["role"] | "next", name: string): string {
  return `${role}/${name}`;
}

/** How a loop is written. */
export interface LoopOptions {
  /**
   * Whether ONNX Runtime is not to see the shapes of a step's values before it runs. Where it does, it gives a value the place
   * of one of the same shape that is no longer needed, and so keeps that place through all that lies between the two: for a
   * training step of a large network, places of about twice as many bytes as are live at once.
   */
  readonly hidesShapes?: boolean;
}

/**
 * Writes a graph as the body of a loop over steps, in ONNX.
 *
 * Inputs of the model: `order`, `[steps, batch]`, int32; `example/<name>`, `[count, ...shape]`; `scalar/<name>`, `[steps]`;
 * `constant/<name>` and `state/<name>`. Outputs: `next/<name>`, the state after the last step; `step/<name>`,
 * `[steps, ...shape]`; `row/<name>`, `[steps, batch, ...]`.
 *
 * @returns the bytes of a `ModelProto`
 */
export function lowerLoop(graph: Graph, options?: LoopOptions): Uint8Array {
  const [outer, body] = [new OnnxGraph("m"), new OnnxGraph("b")];
  const plan = planOf(graph, options);
  const around = new Emitter(outer, plan, lowerings);
  const inside = new Emitter(body, plan, lowerings, around);
  const inputs = graph.inputs as readonly Input[];
  const carried = inputs.filter(({ operation }) => operation.role === "state");

  outer.input(orderName, "int32", ["steps", graph.batch]);
  body.input("step", "int64", []);
  body.input("condition", "bool", []);
  const indices = body.add("Gather", [orderName, "step"], { axis: 0 });
  const packs = new Map(graph.packs?.map((pack) => [pack.name, pack]));
  for (const input of inputs) declare(input, packs, { outer, body, around, inside, indices });

  body.output(body.add("Identity", ["condition"]), "bool", []);
  const results = body.outputNames(graph.outputs.map(({ node }) => inside.value(node)));
  graph.outputs.forEach(({ node }, index) => body.output(results[index]!, node.dtype, node.shape));

  const steps = outer.add("Gather", [outer.add("Shape", [orderName]), outer.scalar(0, "int32")], { axis: 0 });
  const names = graph.outputs.map(({ role, name }) => valueName(role === "state" ? "next" : role, name));
  const start = carried.map(({ operation }) => valueName("state", operation.name));
  outer.addNamed("Loop", [steps, "", ...start], names, { body: { graph: body } });
  graph.outputs.forEach(({ role, name, node }, index) => {
    const pack = role === "state" ? packs.get(name) : undefined;
    if (pack !== undefined) unpack(pack, names[index]!, node.dtype, outer);
    else outer.output(names[index]!, node.dtype, role === "state" ? node.shape : ["steps", ...node.shape]);
  });
  return outer.model();
}

interface Site {
  readonly outer: OnnxGraph;
  readonly body: OnnxGraph;
  readonly around: Emitter;
  readonly inside: Emitter;
  readonly indices: string;
}

/** Declares an input of the model, and says by what name the body knows it. */
function declare(
  input: Input,
  packs: ReadonlyMap<string, Pack>,
  { outer, body, around, inside, indices }: Site,
): void {
  const { role, name, dtype, shape } = input.operation;
  const outside = valueName(role, name);
  switch (role) {
    case "example":
      outer.input(outside, dtype, ["count", ...shape.slice(1)]);
      inside.bind(input, body.add("Gather", [outside, indices], { axis: 0 }));
      break;
    case "scalar":
      outer.input(outside, dtype, ["steps"]);
      inside.bind(input, body.add("Gather", [outside, "step"], { axis: 0 }));
      break;
    case "constant":
      outer.input(outside, dtype, shape);
      around.bind(input, outside);
      break;
    case "state": {
      const pack = packs.get(name);
      if (pack !== undefined) join(pack, outside, dtype, outer);
      else outer.input(outside, dtype, shape);
      const carried = `carried/${name}`;
      body.input(carried, dtype, shape);
      inside.bind(input, carried);
      break;
    }
  }
}

/** Puts the states of a pack side by side before the loop. */
function join({ members }: Pack, whole: string, dtype: Dtype, outer: OnnxGraph): void {
  const parts = members.map(({ name, shape }) => {
    const state = valueName("state", name);
    outer.input(state, dtype, shape);
    return outer.add("Reshape", [state, outer.integers([sizeOf(shape)])]);
  });
  outer.addNamed("Concat", parts, [whole], { axis: 0 });
}

/** Takes the states of a pack apart after the loop. */
function unpack({ members }: Pack, whole: string, dtype: Dtype, outer: OnnxGraph): void {
  const parts = members.map(() => outer.name());
  outer.addNamed("Split", [whole, outer.integers(members.map(({ shape }) => sizeOf(shape)))], parts, { axis: 0 });
  members.forEach(({ name, shape }, index) => {
    const next = valueName("next", name);
    outer.addNamed("Reshape", [parts[index]!, outer.integers(shape)], [next]);
    outer.output(next, dtype, shape);
  });
}
