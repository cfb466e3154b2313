import type { Precision } from "../compile/stablehlo/precision.ts";
import type { CompileOptions } from "./runtime.ts";

/** A runtime as a pipeline file chooses it: its name, or with how it computes. */
export type RuntimeChoice =
  | string
  | { readonly name: "xla"; readonly precision: Precision }
  | { readonly name: "onnx"; readonly winograd: boolean };

/** How a runtime computes, as far as it is a choice. */
export type ComputingOptions = Required<Pick<CompileOptions, "precision" | "winograd">>;

/** What a name alone stands for. */
const usual: ComputingOptions = { precision: "float32", winograd: true };

/** The name of a chosen runtime. */
export function runtimeName(choice: RuntimeChoice): string {
  return typeof choice === "string" ? choice : choice.name;
}

/** How a chosen runtime computes. */
export function computingOptions(choice: RuntimeChoice): ComputingOptions {
  if (typeof choice === "string") return usual;
  const { name: _, ...chosen } = choice;
  return { ...usual, ...chosen };
}

/** Whether a choice is what the runtime's name alone would be. */
export function isUsual(choice: RuntimeChoice): boolean {
  const { precision, winograd } = computingOptions(choice);
  return precision === usual.precision && winograd === usual.winograd;
}
