import type { Tensor } from "@tensorflow/tfjs";
import { isDoubleResult } from "./double.ts";
import "./gradients.ts";
import type { BodyInputs, BodyOutputs, Program } from "./program.ts";
import { originOf } from "./trace/differentiation.ts";
import { atLine } from "./trace/unsupported.ts";

/**
 * Calls the body of a program for a batch of a size, and checks what it returns.
 *
 * `Math.random` is refused meanwhile, and so is what TensorFlow.js draws without a seed (`tf.dropout`, `tf.randomNormal`):
 * traced, the numbers drawn once would be the same in every step, and nowhere would the study's seed decide them.
 *
 * @throws {Error} where the body draws random numbers, with the line; or naming the output, what was found and what was
 * expected
 */
export function callBody(program: Program, batch: number, inputs: BodyInputs): BodyOutputs {
  const { random } = Math;
  Math.random = () => {
    throw new Error(
      `${program.name} draws random numbers${atLine(originOf())}; a body is traced once, so each step ` +
        `would get the same ones: draw them outside, from the seed, and hand them in as examples or scalars`,
    );
  };
  try {
    const outputs = program.body(inputs);
    checkOutputs(program, batch, outputs);
    return outputs;
  } finally {
    Math.random = random;
  }
}

function checkOutputs(program: Program, batch: number, outputs: BodyOutputs): void {
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
      if (isDoubleResult(tensor)) {
        checkDoubles(program, tensor.to.filter((input) => typeof input === "string"));
        continue;
      }
      if (tensor.dtype !== "float32" && tensor.dtype !== "int32") {
        throw new Error(`${program.name}: ${kind} output "${name}" is ${tensor.dtype}; cast it to float32 or int32`);
      }
      if (kind === "row") checkRow(program, name, tensor.shape, batch);
    }
  }
}

function checkDoubles(program: Program, names: readonly string[]): void {
  const declared = Object.keys(program.doubles ?? {});
  checkNames(program, "double", declared, [...new Set([...declared, ...names])]);
}

/**
 * Checks that a row output has a row an example.
 *
 * @throws {Error} naming the program, the output, its shape and the batch
 */
export function checkRow(program: Program, name: string, shape: readonly number[], batch: number): void {
  if (shape[0] === batch) return;
  throw new Error(
    `${program.name}: row output "${name}" has shape [${shape}]; its first extent must be the batch, ${batch}`,
  );
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
