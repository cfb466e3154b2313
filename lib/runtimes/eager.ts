import * as tf from "@tensorflow/tfjs";
import { callBody, checkRow } from "../compile/check.ts";
import { type DoubleResult, isDoubleResult } from "../compile/double.ts";
import { sizeOf } from "../compile/graph/shape.ts";
import { inTurn } from "../compile/trace/turn.ts";
import { checkInputs } from "./check.ts";
import type { BodyOutputs, Data, HostArray, Program, RunInputs, RunOutputs, Tensors, TensorSpec } from "./program.ts";
import { collect, type Results } from "./results.ts";
import type { Executable, Runtime } from "./runtime.ts";

/** A backend of TensorFlow.js on which bodies run eagerly. */
export interface EagerBackend {
  /** The runtime's name. */
  readonly name: string;
  /** The name under which TensorFlow.js knows the backend. */
  readonly backend: string;
  /**
   * Registers the backend where that is left to do, before it is selected.
   *
   * @throws {Error} where it cannot be had on this machine, saying how it can
   */
  prepare(): void | Promise<void>;
  /**
   * Makes sure that all went well since the last time, on a backend whose operations do not say so themselves. Called after
   * each step's results are read.
   *
   * @throws {Error} saying what did not
   */
  check?(): void;
}

/** The runtime that calls a program's body a step by step on a backend of TensorFlow.js. */
export function eagerRuntime(eager: EagerBackend): Runtime {
  return {
    name: eager.name,
    async compile(program, { batch }): Promise<Executable> {
      await eager.prepare();
      return { run: (inputs) => run(eager, program, batch, inputs), dispose: () => Promise.resolve() };
    },
  };
}

/** Does something on a backend, alone: others may have selected theirs since we last waited. */
function onBackend<T>(backend: string, run: () => T): Promise<T> {
  return inTurn(() => {
    // Takes effect at once, since none of our backends starts asynchronously once it is prepared.
    if (tf.getBackend() !== backend) void tf.setBackend(backend);
    return run();
  });
}

async function run(
  { backend, check }: EagerBackend,
  program: Program,
  batch: number,
  inputs: RunInputs,
): Promise<RunOutputs> {
  const { steps: count } = checkInputs(program, batch, inputs);
  const given = await onBackend(backend, () => ({
    constants: toTensors(program.constants, inputs.constants ?? {}),
    state: toTensors(program.state, inputs.state ?? {}),
  }));
  const { constants } = given;
  let { state } = given;
  const [steps, rows]: [Results, Results] = [{}, {}];
  try {
    for (let step = 0; step < count; step++) {
      const order = inputs.order.subarray(step * batch, (step + 1) * batch);
      const result = await onBackend(backend, () =>
        tf.tidy(() => {
          const scalars = program.scalars.map((name) => [name, tf.scalar(inputs.scalars?.[name]?.[step] ?? NaN)]);
          const examples = gather(program, inputs.examples, order);
          const outputs = callBody(program, order.length, {
            examples,
            scalars: Object.fromEntries(scalars),
            constants,
            state,
          });
          return outputs as unknown as tf.TensorContainer;
        }) as unknown as BodyOutputs);
      const reader = new OutputReader(program, inputs.doubles ?? {});
      for (const [name, output] of Object.entries(result.steps ?? {})) {
        const { data, shape } = await reader.read(output);
        collect(steps, name, data, step, [count, ...shape]);
      }
      for (const [name, output] of Object.entries(result.rows ?? {})) {
        const { data, shape } = await reader.read(output);
        checkRow(program, name, shape, order.length);
        collect(rows, name, data, step * batch, [inputs.order.length, ...shape.slice(1)]);
      }
      // A body may hand on an input unchanged, so only what the next step does not need goes.
      const needed = new Set([...Object.values(result.state), ...Object.values(constants)]);
      for (const tensor of [...Object.values(state), ...reader.tensors]) {
        if (!needed.has(tensor)) tensor.dispose();
      }
      state = result.state;
      check?.();
    }
    const values: Record<string, Float32Array | Int32Array> = {};
    for (const name of Object.keys(program.state)) values[name] = await valuesOf(state[name]!);
    check?.();
    return { state: values, steps, rows };
  } finally {
    tf.dispose(state);
    tf.dispose(constants);
  }
}

/** Reads the outputs of a step, each tensor once; what is in float64 is computed here, on the host. */
class OutputReader {
  readonly #read = new Map<tf.Tensor, HostArray>();

  constructor(readonly program: Program, readonly doubles: Readonly<Record<string, Float64Array>>) {}

  /** What was read. */
  get tensors(): Iterable<tf.Tensor> {
    return this.#read.keys();
  }

  async read(output: tf.Tensor | DoubleResult): Promise<HostArray> {
    if (!isDoubleResult(output)) return await this.#values(output);
    const inputs: HostArray[] = [];
    for (const input of output.to) {
      inputs.push(
        typeof input === "string"
          ? { data: this.doubles[input]!, shape: this.program.doubles![input]! }
          : await this.#values(input),
      );
    }
    return output.apply.host(...inputs);
  }

  async #values(tensor: tf.Tensor): Promise<HostArray> {
    const known = this.#read.get(tensor);
    if (known !== undefined) return known;
    const read = { data: await valuesOf(tensor), shape: tensor.shape };
    this.#read.set(tensor, read);
    return read;
  }
}

async function valuesOf(tensor: tf.Tensor): Promise<Float32Array | Int32Array> {
  const values = await tensor.data();
  // A cast to float32 keeps the array it is given, of whatever type.
  return tensor.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
}

function toTensors(
  specs: Readonly<Record<string, TensorSpec>>,
  values: Readonly<Record<string, Float32Array | Int32Array>>,
): Tensors {
  const entries = Object.entries(specs).map(([name, { shape, dtype }]) => {
    // A backend may keep the array it is given, so without a copy a result could change the caller's numbers.
    return [name, tf.tensor((values[name] as Float32Array | Int32Array).slice(), [...shape], dtype)];
  });
  return Object.fromEntries(entries);
}

function gather(program: Program, examples: Readonly<Record<string, Data>>, order: Int32Array): Tensors {
  const entries = Object.entries(program.examples).map(([name, { shape, dtype }]) => {
    const size = sizeOf(shape);
    const data = examples[name] as Data;
    const batch = dtype === "float32" ? new Float32Array(order.length * size) : new Int32Array(order.length * size);
    order.forEach((example, row) => batch.set(data.subarray(example * size, (example + 1) * size), row * size));
    return [name, tf.tensor(batch, [order.length, ...shape], dtype === "float32" ? "float32" : "int32")];
  });
  return Object.fromEntries(entries);
}
