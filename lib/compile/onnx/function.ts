import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { optimise } from "../passes/optimise.ts";
import type { Program } from "../program.ts";
import { traceProgram } from "../trace/trace.ts";
import { Emitter } from "./emitter.ts";
import { lowerings } from "./lowerings.ts";
import { OnnxGraph } from "./model.ts";
import { onnxPasses } from "./passes.ts";
import { planOf } from "./plan.ts";

type Input = Node<OperationOf<"input">>;

/** Stands for a number of examples that is not known yet: a prime that no model's extent has, so that it is found again. */
const anyBatch = 1_000_003;

/** What {@linkcode encodeFunction} makes of a program. */
export interface FunctionOptions {
  /** Values of the program's constants. */
  readonly constants: Readonly<Record<string, Float32Array | Int32Array>>;
  /** The rows that become outputs, and their names there. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Free text that the file carries. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes one step of a program as a model in ONNX that takes any number of examples: inputs are the program's examples,
 * `[batch, ...shape]`, outputs some of its rows, `[batch, ...]`. Its constants are inside, by their names.
 *
 * @returns the bytes of a `ModelProto`
 * @throws {Error} where the program has a state or what is computed depends on the number of examples
 */
export function encodeFunction(program: Program, { constants, outputs, metadata }: FunctionOptions): Uint8Array {
  const traced = optimise(traceProgram(program, anyBatch), onnxPasses({ winograd: false }));
  const rows = traced.outputs.filter(({ role, name }) => role === "row" && Object.hasOwn(outputs, name));
  const graph: Graph = { ...traced, outputs: rows };
  const model = new OnnxGraph("n", anyBatch);
  const emitter = new Emitter(model, planOf(graph), lowerings);
  const used = new Set(topologicalOrder(rows.map(({ node }) => node)));
  for (const input of graph.inputs as readonly Input[]) {
    if (!used.has(input)) continue;
    const { role, name, dtype, shape } = input.operation;
    if (role === "example") {
      model.input(name, dtype, ["batch", ...shape.slice(1)]);
      emitter.bind(input, name);
    } else if (role === "constant" && dtype !== "bool") {
      emitter.bind(input, model.namedConstant(name, dtype, constants[name]!, shape));
    } else throw new Error(`The ${role} "${name}" of ${program.name} is no part of a function of examples`);
  }
  const values = model.outputNames(rows.map(({ node }) => emitter.value(node)));
  rows.forEach(({ name, node }, index) => {
    const output = outputs[name]!;
    model.addNamed("Identity", [values[index]!], [output]);
    model.output(output, node.dtype, ["batch", ...node.shape.slice(1)]);
  });
  return model.model(metadata);
}
