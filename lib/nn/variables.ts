import type { Tensors, TensorSpec } from "../runtimes/program.ts";
import type { Model, VariableSpec } from "./model.ts";
import { Random } from "./random.ts";

/**
 * A model's numbers by name: `parameters/<name>` and `statistics/<name>`, as in a snapshot and among the inputs of a
 * program.
 */
export type Variables = Readonly<Record<string, Float32Array>>;

/** The specs of all variables of a model, parameters first. */
export function variableSpecs(model: Model): Record<string, VariableSpec> {
  return { ...prefixed("parameters", model.parameters), ...prefixed("statistics", model.statistics) };
}

/** The tensors that a {@linkcode Variables} fills. */
export function variableTensors(model: Model): Record<string, TensorSpec> {
  return Object.fromEntries(
    Object.entries(variableSpecs(model)).map(([name, { shape }]) => [name, { shape, dtype: "float32" }]),
  );
}

/** The initial variables of a seed. Each has a random stream of its own, so that another layer leaves it as it is. */
export function initialVariables(model: Model, seed: number): Variables {
  return Object.fromEntries(
    Object.entries(variableSpecs(model)).map(([name, { shape, initial }]) => {
      const random = new Random(seed, `initial ${name}`);
      const values = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      if (initial.kind === "constant") return [name, values.fill(initial.value)];
      const draw = initial.kind === "uniform"
        ? () => (2 * random.uniform() - 1) * initial.bound
        : () => random.normal() * initial.deviation;
      return [name, values.map(draw)];
    }),
  );
}

/**
 * Frees the memory of variables that nothing reads any more at once; what collects garbage may come only when a step needs the
 * memory. The arrays are empty afterwards.
 *
 * @param kept variables that stay, and with them any buffer that both have
 */
export function release(variables: Variables, kept: Variables): void {
  const stays = new Set(Object.values(kept).map(({ buffer }) => buffer));
  for (const { buffer } of Object.values(variables)) {
    if (buffer instanceof ArrayBuffer && !buffer.detached && !stays.has(buffer)) buffer.transfer(0);
  }
}

/** The same entries under `<group>/<name>`. */
export function prefixed<T>(group: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [`${group}/${name}`, entry]));
}

/** The entries of a group, by their names without `<group>/`. */
export function grouped(group: string, tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(`${group}/`))
      .map(([name, tensor]) => [name.slice(group.length + 1), tensor]),
  );
}
