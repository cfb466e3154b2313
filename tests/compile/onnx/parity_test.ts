import { onnxRuntime } from "../../../lib/runtimes/onnx.ts";
import { cases } from "../support/cases.ts";
import { assertParity } from "../support/operation.ts";
import { randomCases } from "../support/random_cases.ts";

for (const [name, run, tensors, options] of [...cases, ...randomCases]) {
  Deno.test(`onnx agrees with cpu on ${name}`, () => assertParity(onnxRuntime, run, tensors, options));
}
