import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { cpuRuntime } from "../../../lib/runtimes/cpu.ts";
import type { Program, RunInputs, RunOutputs, TensorSpec } from "../../../lib/runtimes/program.ts";
import type { Runtime } from "../../../lib/runtimes/runtime.ts";
import { normal } from "./random.ts";

/** Tensors that an operation is tried on, normal numbers if nothing else is said. */
export type Arguments = readonly { readonly shape: readonly number[]; readonly values?: Float32Array | Int32Array }[];

/** How closely, and of what. */
export interface ParityOptions {
  /** The largest difference there may be, of the largest value; 2e-6 if absent. */
  readonly tolerance?: number;
  /** Why there is no gradient to compare; it is compared if this is absent. */
  readonly noGradient?: string;
}

/**
 * Asserts that a runtime gives what `cpu` gives: the value of a function of tensors, and the gradient of each
 * float32 tensor of its sum weighted by random numbers.
 */
export async function assertParity(
  tried: Runtime,
  run: (...tensors: tf.Tensor[]) => tf.Tensor,
  tensors: Arguments,
  options: ParityOptions = {},
): Promise<void> {
  const { tolerance = 2e-6, noGradient } = options;
  const next = normal(tensors.length + 17);
  const values = tensors.map(({ shape, values }) =>
    values ?? Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, next)
  );
  const names = tensors.map((_, index) => `tensor${index}`);
  const specs = names.map((name, index): [string, TensorSpec] => {
    return [name, { shape: tensors[index]!.shape, dtype: values[index] instanceof Int32Array ? "int32" : "float32" }];
  });
  const differentiated = names.filter((_, index) => noGradient === undefined && !(values[index] instanceof Int32Array));
  const program: Program = {
    name: "operation",
    examples: { seed: { shape: [], dtype: "float32" } },
    scalars: [],
    constants: Object.fromEntries(specs),
    state: {},
    body: ({ constants, examples }) => {
      // Depends on the step, so that nothing is computed ahead of the loop.
      const one = tf.sum(examples.seed!);
      const given = Object.fromEntries(names.map((name) => {
        const tensor = constants[name]!;
        return [name, tensor.dtype === "float32" ? tf.mul(tensor, one) : tensor];
      }));
      const value = run(...names.map((name) => given[name]!));
      const steps: Record<string, tf.Tensor> = { value: value.dtype === "bool" ? tf.cast(value, "float32") : value };
      if (differentiated.length > 0) {
        const { grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => {
          const all = {
            ...given,
            ...Object.fromEntries(differentiated.map((name, index) => [name, parameters[index]!])),
          };
          const value = run(...names.map((name) => all[name]!));
          const weights = tf.add(tf.cos(tf.reshape(tf.range(0, value.size), value.shape)), 0.25);
          return tf.sum(tf.mul(value, weights)) as tf.Scalar;
        })(differentiated.map((name) => given[name]!));
        differentiated.forEach((name, index) => steps[`gradient of ${name}`] = grads[index]!);
      }
      return { state: {}, steps };
    },
  };
  const inputs: RunInputs = {
    examples: { seed: Float32Array.of(1) },
    order: Int32Array.of(0),
    constants: Object.fromEntries(names.map((name, index) => [name, values[index]!])),
  };
  const [found, expected] = await Promise.all([tried, cpuRuntime].map(async (runtime) => {
    const executable = await runtime.compile(program, { batch: 1 });
    const outputs = await executable.run(inputs);
    await executable.dispose();
    return outputs;
  })) as [RunOutputs, RunOutputs];
  assert.deepEqual(Object.keys(found.steps), Object.keys(expected.steps));
  for (const [name, { data, shape }] of Object.entries(expected.steps)) {
    const result = found.steps[name]!;
    assert.deepEqual(result.shape, shape, name);
    assert.equal(result.data.constructor, data.constructor, name);
    const largest = [...data].reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    data.forEach((value, index) => {
      const difference = Math.abs(value - result.data[index]!);
      assert.ok(difference <= tolerance * largest, `${name}[${index}]: ${result.data[index]} against ${value}`);
    });
  }
}
