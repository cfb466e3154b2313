import { checkNames } from "../compile/check.ts";
import { sizeOf } from "../compile/graph/shape.ts";
import type { Data, Program, RunInputs } from "./program.ts";

/** The extent of one call of an executable. */
export interface Extent {
  /** Examples in each resident data set. */
  readonly count: number;
  /** Steps, the smaller last one included. */
  readonly steps: number;
  /** Examples of the last step. */
  readonly last: number;
}

/**
 * Checks that what a call gets fits the program, so that a mistake is named here and not deep inside an engine.
 *
 * @throws {Error} naming the program, the input, what was found and what was expected
 */
export function checkInputs(program: Program, batch: number, inputs: RunInputs): Extent {
  const { examples, order, scalars = {}, constants = {}, doubles = {}, state = {} } = inputs;
  if (order.length === 0) throw new Error(`${program.name}: the order of examples is empty; give at least one index`);
  const steps = Math.ceil(order.length / batch);
  const count = checkExamples(program, examples);
  for (const index of order) {
    if (index < 0 || index >= count) {
      throw new Error(`${program.name}: the order holds index ${index}, but there are ${count} examples`);
    }
  }
  checkNames(program, "scalar", program.scalars, Object.keys(scalars));
  for (const [name, values] of Object.entries(scalars)) {
    if (values.length !== steps) {
      throw new Error(`${program.name}: scalar "${name}" has ${values.length} values, but there are ${steps} steps`);
    }
  }
  checkTensors(program, "constant", program.constants, constants);
  const shapes = Object.entries(program.doubles ?? {}).map(([name, shape]) =>
    [name, { shape, dtype: "float64" }] as const
  );
  checkTensors(program, "double", Object.fromEntries(shapes), doubles);
  checkTensors(program, "state", program.state, state);
  return { count, steps, last: order.length - (steps - 1) * batch };
}

/** Checks the resident data sets and returns how many examples each has. */
function checkExamples(program: Program, examples: Readonly<Record<string, Data>>): number {
  checkNames(program, "examples", Object.keys(program.examples), Object.keys(examples));
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
  specs: Readonly<Record<string, { readonly shape: readonly number[]; readonly dtype: string }>>,
  values: Readonly<Record<string, Data>>,
): void {
  checkNames(program, kind, Object.keys(specs), Object.keys(values));
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

/** The type of an array of numbers. */
export function dtypeOf(data: Data): "float32" | "float64" | "int32" | "uint8" {
  if (data instanceof Float64Array) return "float64";
  return data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "uint8";
}
