import type { Tensor } from "@tensorflow/tfjs";
import type { BodyOutputs, Program } from "./program.ts";

/**
 * Checks what a body returned for a batch of a size.
 *
 * @throws {Error} naming the program, the output, what was found and what was expected
 */
export function checkOutputs(program: Program, batch: number, outputs: BodyOutputs): void {
  checkNames(program, "state", Object.keys(program.state), Object.keys(outputs.state));
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

/**
 * Checks that the names found are those declared.
 *
 * @throws {Error} naming the program and the names that are missing or unknown
 */
export function checkNames(
  program: Program,
  kind: string,
  expected: readonly string[],
  found: readonly string[],
): void {
  const missing = expected.filter((name) => !found.includes(name));
  const unknown = found.filter((name) => !expected.includes(name));
  if (missing.length > 0) throw new Error(`${program.name}: ${kind} "${missing.join('", "')}" is missing`);
  if (unknown.length > 0) {
    throw new Error(
      `${program.name}: ${kind} "${unknown.join('", "')}" is not declared; declared: ${expected.join(", ") || "none"}`,
    );
  }
}
