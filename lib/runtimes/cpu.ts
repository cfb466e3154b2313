import * as tf from "@tensorflow/tfjs";
import { callBody } from "../compile/check.ts";
import { sizeOf } from "../compile/graph/shape.ts";
import { checkInputs } from "./check.ts";
import type {
  BodyOutputs,
  Data,
  NumericArray,
  Program,
  RunInputs,
  RunOutputs,
  Tensors,
  TensorSpec,
} from "./program.ts";
import type { Executable, Runtime } from "./runtime.ts";

/** Plain TensorFlow.js, eager and single-threaded: slow, and the reference that the other runtimes are tested against. */
export const cpuRuntime: Runtime = {
  name: "cpu",
  async compile(program, { batch }): Promise<Executable> {
    await useCpu();
    return { run: (inputs) => run(program, batch, inputs), dispose: () => Promise.resolve() };
  },
};

async function useCpu(): Promise<void> {
  const backend = tf.findBackend("cpu") as tf.KernelBackend & { firstUse?: boolean };
  // Otherwise its first operation prints an advertisement for tfjs-node into the stage's log.
  backend.firstUse = false;
  await tf.setBackend("cpu");
}

async function run(program: Program, batch: number, inputs: RunInputs): Promise<RunOutputs> {
  const { steps: count } = checkInputs(program, batch, inputs);
  await useCpu();
  const constants = toTensors(program.constants, inputs.constants ?? {});
  let state = toTensors(program.state, inputs.state ?? {});
  const steps: Record<string, NumericArray<Float32Array | Int32Array>> = {};
  const rows: Record<string, NumericArray<Float32Array | Int32Array>> = {};
  try {
    for (let step = 0; step < count; step++) {
      const order = inputs.order.subarray(step * batch, (step + 1) * batch);
      const result = tf.tidy(() => {
        const scalars = program.scalars.map((name) => [name, tf.scalar(inputs.scalars?.[name]?.[step] ?? NaN)]);
        const examples = gather(program, inputs.examples, order);
        const outputs = callBody(program, order.length, {
          examples,
          scalars: Object.fromEntries(scalars),
          constants,
          state,
        });
        return outputs as unknown as tf.TensorContainer;
      }) as unknown as BodyOutputs;
      for (const [name, tensor] of Object.entries(result.steps ?? {})) {
        put(steps, name, tensor, step, [count, ...tensor.shape]);
      }
      for (const [name, tensor] of Object.entries(result.rows ?? {})) {
        put(rows, name, tensor, step * batch, [inputs.order.length, ...tensor.shape.slice(1)]);
      }
      // A body may hand on an input unchanged, so only what the next step does not need goes.
      const needed = new Set([...Object.values(result.state), ...Object.values(constants)]);
      for (const tensor of [state, result.steps, result.rows].flatMap((tensors) => Object.values(tensors ?? {}))) {
        if (!needed.has(tensor)) tensor.dispose();
      }
      state = result.state;
    }
    const values = Object.keys(program.state).map((name) => [name, valuesOf(state[name]!)]);
    return { state: Object.fromEntries(values), steps, rows };
  } finally {
    tf.dispose(state);
    tf.dispose(constants);
  }
}

/** Copies a tensor's values into a result whose first extent counts steps or examples, starting at that index. */
function put(
  results: Record<string, NumericArray<Float32Array | Int32Array>>,
  name: string,
  tensor: tf.Tensor,
  index: number,
  shape: readonly number[],
): void {
  const values = valuesOf(tensor);
  const empty = () => values instanceof Float32Array ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
  const result = results[name] ??= { data: empty(), shape };
  result.data.set(values, index * sizeOf(shape.slice(1)));
}

function valuesOf(tensor: tf.Tensor): Float32Array | Int32Array {
  const values = tensor.dataSync();
  // A cast to float32 keeps the array it is given, of whatever type.
  return tensor.dtype === "float32" ? Float32Array.from(values) : Int32Array.from(values);
}

function toTensors(
  specs: Readonly<Record<string, TensorSpec>>,
  values: Readonly<Record<string, Float32Array | Int32Array>>,
): Tensors {
  const entries = Object.entries(specs).map(([name, { shape, dtype }]) => {
    // The backend keeps the array it is given, so without a copy a result could change the caller's numbers.
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
