import type { Dtype } from "../graph/operation.ts";

/** A type of values as StableHLO names it. */
export type ElementType = "f32" | "f64" | "bf16" | "i32" | "ui8" | "i1";

/** How the types of a graph's nodes are called in StableHLO. */
export const elementTypes: Readonly<Record<Dtype, ElementType>> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "ui8",
  bool: "i1",
};

/** A tensor's type, e.g. `tensor<128x10xf32>`. */
export function tensorType(shape: readonly number[], element: ElementType): string {
  return `tensor<${[...shape, element].join("x")}>`;
}

/** A number as the text of a constant: decimal digits that give its value again, bits where there are no such digits. */
export function numberText(value: number, element: ElementType): string {
  if (element === "i1") return value === 0 ? "false" : "true";
  if (element === "i32" || element === "ui8") return `${Math.trunc(value)}`;
  const rounded = element === "f64" ? value : Math.fround(value);
  if (!Number.isFinite(rounded)) return `0x${bitsOf(rounded, element)}`;
  if (Object.is(rounded, -0)) return "-0.0";
  const digits = `${rounded}`;
  return digits.includes(".") ? digits : digits.includes("e") ? digits.replace("e", ".0e") : `${digits}.0`;
}

function bitsOf(value: number, element: ElementType): string {
  if (element === "f64") {
    return new BigUint64Array(Float64Array.of(value).buffer)[0]!.toString(16).padStart(16, "0").toUpperCase();
  }
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!.toString(16).padStart(8, "0").toUpperCase();
  return element === "bf16" ? bits.slice(0, 4) : bits;
}
