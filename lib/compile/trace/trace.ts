import * as tf from "@tensorflow/tfjs";
import { callBody, checkRow } from "../check.ts";
import { type DoubleResult, isDoubleResult } from "../double.ts";
import type { Graph, GraphOutput } from "../graph/graph.ts";
import { cast, type Node, node } from "../graph/node.ts";
import type { Dtype, InputRole } from "../graph/operation.ts";
import type { BodyOutputs, Program, Tensors } from "../program.ts";
import { traceBackend, traceBackendName } from "./backend.ts";
import { followingGradients, type Origin, originOfError } from "./differentiation.ts";
import { isTensorflow, placesOf, withFullStacks } from "./stack.ts";
import { atLine } from "./unsupported.ts";

/**
 * Takes down one step of a program for a size of batch, by running its body once on tensors without values.
 *
 * @throws {UnsupportedOperationError} where the body uses an operation that cannot be compiled
 * @throws {ShapeError} where the body applies an operation to shapes that do not fit it
 * @throws {Error} where the body reads a tensor's value or draws random numbers
 */
export function traceProgram(program: Program, batch: number): Graph {
  const inputs: Node[] = [];
  const inputNode = (role: InputRole, name: string, shape: readonly number[], dtype: Dtype): Node => {
    const made = node({ kind: "input", role, name, shape, dtype });
    inputs.push(made);
    return made;
  };
  const input = (role: InputRole, name: string, shape: readonly number[], dtype: Dtype): tf.Tensor => {
    const made = inputNode(role, name, shape, dtype);
    return tensorOf(dtype === "uint8" ? cast(made, "int32") : made);
  };
  const outputs = underTracing(program.name, () => {
    const examples = mapRecord(
      program.examples,
      (name, { shape, dtype }) => input("example", name, [batch, ...shape], dtype),
    );
    const scalars = Object.fromEntries(program.scalars.map((name) => [name, input("scalar", name, [], "float32")]));
    const constants = mapRecord(program.constants, (name, { shape, dtype }) => input("constant", name, shape, dtype));
    const doubles = new Map(
      Object.entries(program.doubles ?? {}).map((
        [name, shape],
      ) => [name, inputNode("constant", name, shape, "float64")]),
    );
    const state = mapRecord(program.state, (name, { shape, dtype }) => input("state", name, shape, dtype));
    const outputs = callBody(program, batch, { examples, scalars, constants, state });
    // In the order declared, whatever the body's.
    const ordered = Object.fromEntries(Object.keys(program.state).map((name) => [name, outputs.state[name]!]));
    return outputsOf(program, batch, { ...outputs, state: ordered }, doubles);
  });
  return { name: program.name, batch, inputs, outputs };
}

/** Runs a function with the backend that records, whose tensors do not outlive it. */
function underTracing<T>(name: string, run: () => T): T {
  const before = tf.getBackend() ?? "cpu";
  // Takes effect at once: the promise matters only for backends that start up asynchronously.
  void tf.setBackend(traceBackendName);
  traceBackend.program = name;
  tf.engine().startScope(name);
  try {
    return withFullStacks(() => followingGradients((origin) => withoutGradient(name, origin), run));
  } catch (error) {
    throw located(name, error);
  } finally {
    tf.engine().endScope();
    void tf.setBackend(before);
  }
}

function withoutGradient(program: string, origin: Origin): Error {
  return new Error(
    `${program} needs the gradient of the operation ${origin.gradientOf}${
      atLine(origin)
    }, which TensorFlow.js does not have; ` +
      `write it by other operations, or give its gradient by tf.customGrad`,
  );
}

/** Errors of tfjs itself say what is wrong, and with what; where is added here. */
function located(program: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const places = placesOf(error);
  if (places[0] === undefined || !isTensorflow(places[0])) return error;
  const origin = originOfError(error);
  const where = origin.gradientOf === undefined ? program : `the gradient of ${origin.gradientOf} in ${program}`;
  return new Error(`${where}${atLine(origin)}: ${error.message}`);
}

function outputsOf(
  program: Program,
  batch: number,
  { state, steps = {}, rows = {} }: BodyOutputs,
  doubles: ReadonlyMap<string, Node>,
): GraphOutput[] {
  return ([["state", state], ["step", steps], ["row", rows]] as const).flatMap(([role, outputs]) =>
    Object.entries<tf.Tensor | DoubleResult>(outputs).map(([name, output]) => {
      if (!isDoubleResult(output)) return { role, name, node: traceBackend.nodeOf(output) };
      const { apply, to } = output;
      const inputs = to.map((input) => typeof input === "string" ? doubles.get(input)! : traceBackend.nodeOf(input));
      const node = { ...apply.nodes(...inputs), source: apply.name };
      if (role === "row") checkRow(program, name, node.shape, batch);
      return { role, name, node };
    })
  );
}

function tensorOf(node: Node): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(traceBackend.tensorOf(node), traceBackend);
}

function mapRecord<T>(record: Readonly<Record<string, T>>, make: (name: string, value: T) => tf.Tensor): Tensors {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(name, value)]));
}
