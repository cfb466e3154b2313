import type { Tensor } from "@tensorflow/tfjs";
import type { BodyOutputs, Data, Program, RunInputs, TensorSpec } from "./program.ts";

/** The extent of one call of an executable. */
export interface Extent {
  /** Examples in each resident data set. */
  readonly count: number;
  /** Steps, the smaller last one included. */
  readonly steps: number;
  /** Examples of the last step. */
  readonly last: number;
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/**
 * Checks that what a call gets fits the program, so that a mistake is named here and not deep inside an engine.
 *
 * @throws {Error} naming the program, the input, what was found and what was expected
 */
export function checkInputs(program: Program, batch: number, inputs: RunInputs): Extent {
  const { examples, order, scalars = {}, constants = {}, state = {} } = inputs;
  if (order.length === 0) throw new Error(`${program.name}: the order of examples is empty; give at least one index`);
  const steps = Math.ceil(order.length / batch);
  const count = checkExamples(program, examples);
  for (const index of order) {
    if (index < 0 || index >= count) {
      throw new Error(`${program.name}: the order holds index ${index}, but there are ${count} examples`);
    }
  }
  sameNames(program, "scalar", program.scalars, Object.keys(scalars));
  for (const [name, values] of Object.entries(scalars)) {
    if (values.length !== steps) {
      throw new Error(`${program.name}: scalar "${name}" has ${values.length} values, but there are ${steps} steps`);
    }
  }
  checkTensors(program, "constant", program.constants, constants);
  checkTensors(program, "state", program.state, state);
  return { count, steps, last: order.length - (steps - 1) * batch };
}

/**
 * Checks what a body returned for a batch of a size.
 *
 * @throws {Error} naming the program, the output, what was found and what was expected
 */
export function checkOutputs(program: Program, batch: number, outputs: BodyOutputs): void {
  sameNames(program, "state", Object.keys(program.state), Object.keys(outputs.state));
  for (const [name, spec] of Object.entries(program.state)) {
    const tensor = outputs.state[name] as Tensor;
    if (tensor.dtype !== spec.dtype || `${tensor.shape}` !== `${spec.shape}`) {
      throw new Error(
        `${program.name}: the body returned state "${name}" as ${tensor.dtype}[${tensor.shape}]; ` +
          `it was declared ${spec.dtype}[${spec.shape}]`,
      );
    }
  }
  for (const [kind, tensors] of [["step", outputs.steps], ["row", outputs.rows]] as const) {
    for (const [name, tensor] of Object.entries(tensors ?? {})) {
      if (tensor.dtype !== "float32" && tensor.dtype !== "int32") {
        throw new Error(`${program.name}: ${kind} output "${name}" is ${tensor.dtype}; cast it to float32 or int32`);
      }
      if (kind === "row" && tensor.shape[0] !== batch) {
        throw new Error(
          `${program.name}: row output "${name}" has shape [${tensor.shape}]; its first extent must be the batch, ${batch}`,
        );
      }
    }
  }
}

/** Checks the resident data sets and returns how many examples each has. */
function checkExamples(program: Program, examples: Readonly<Record<string, Data>>): number {
  sameNames(program, "examples", Object.keys(program.examples), Object.keys(examples));
  let count: number | undefined;
  for (const [name, { shape, dtype }] of Object.entries(program.examples)) {
    const data = examples[name] as Data;
    const found = dtypeOf(data);
    if (found !== dtype) {
      throw new Error(`${program.name}: examples "${name}" are ${found}; they were declared ${dtype}`);
    }
    const own = data.length / sizeOf(shape);
    if (!Number.isInteger(own) || (count !== undefined && own !== count)) {
      throw new Error(
        `${program.name}: examples "${name}" have ${data.length} values, which is ` +
          (Number.isInteger(own)
            ? `${own} examples, but another data set has ${count}`
            : `no multiple of the ${sizeOf(shape)} values of one example`),
      );
    }
    count = own;
  }
  return count ?? Number.POSITIVE_INFINITY;
}

function checkTensors(
  program: Program,
  kind: string,
  specs: Readonly<Record<string, TensorSpec>>,
  values: Readonly<Record<string, Float32Array | Int32Array>>,
): void {
  sameNames(program, kind, Object.keys(specs), Object.keys(values));
  for (const [name, { shape, dtype }] of Object.entries(specs)) {
    const data = values[name] as Data;
    if (dtypeOf(data) !== dtype || data.length !== sizeOf(shape)) {
      throw new Error(
        `${program.name}: ${kind} "${name}" is ${dtypeOf(data)} with ${data.length} values; ` +
          `it was declared ${dtype}[${shape}]`,
      );
    }
  }
}

function sameNames(program: Program, kind: string, expected: readonly string[], found: readonly string[]): void {
  const missing = expected.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !expected.includes(name));
  if (missing.length > 0) throw new Error(`${program.name}: ${kind} "${missing.join('", "')}" is missing`);
  if (unknown.length > 0) {
    throw new Error(
      `${program.name}: ${kind} "${unknown.join('", "')}" is not declared; declared: ${expected.join(", ") || "none"}`,
    );
  }
}

function dtypeOf(data: Data): "float32" | "int32" | "uint8" {
  return data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "uint8";
}
