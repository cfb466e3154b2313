import type { Precision } from "../compile/stablehlo/precision.ts";

/** A runtime as a pipeline file chooses it: its name, or with how precisely it trains. */
export type RuntimeChoice = string | { readonly name: string; readonly precision: Precision };

/** The name of a chosen runtime. */
export function runtimeName(choice: RuntimeChoice): string {
  return typeof choice === "string" ? choice : choice.name;
}

/** How precisely a chosen runtime trains. */
export function precisionOf(choice: RuntimeChoice): Precision {
  return typeof choice === "string" ? "float32" : choice.precision;
}
