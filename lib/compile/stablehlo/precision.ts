/**
 * How exactly products and convolutions of float32 numbers are computed: in float32; with factors rounded to TF32's 11 bits
 * where the device has it (and in float32 elsewhere); or with factors and result rounded to bfloat16. Sums are float32 in each.
 */
export type Precision = "float32" | "tf32" | "bfloat16";

/** StableHLO's name: at its default, XLA takes TF32 on an NVIDIA GPU without saying so. */
export const precisionNames: Readonly<Record<Precision, "HIGHEST" | "DEFAULT">> = {
  float32: "HIGHEST",
  tf32: "DEFAULT",
  bfloat16: "DEFAULT",
};
