import { z } from "zod";
import type { VariableSpec } from "./model.ts";

/** How weights and biases start, as a pipeline file writes it. */
export const initialisationParameter: z.ZodDefault<z.ZodEnum<{ pytorch: "pytorch"; he: "he" }>> = z
  .enum(["pytorch", "he"]).default("pytorch").meta({
    description: "pytorch: torch.nn.Linear's and Conv2d's default, uniform in ±1/sqrt(inputs), an input of a " +
      "convolution being a value of its window; he: normal, deviation sqrt(2/inputs), biases zero",
  });

/** A way in which weights and biases start. */
export type Initialisation = z.output<typeof initialisationParameter>;

/**
 * The variables `<name>.weight` and, if asked for, `<name>.bias` of a map that is linear in its inputs.
 *
 * @param name of the map
 * @param shape of the weight; all axes but the last are summed over, the last has an extent an output
 */
export function linearMapSpecs(
  name: string,
  shape: readonly number[],
  { initialisation, bias }: { readonly initialisation: Initialisation; readonly bias: boolean },
): Record<string, VariableSpec> {
  const inputs = shape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  // kaiming_uniform_(a = sqrt(5)) of torch.nn.Linear and Conv2d comes to the same bound as their biases have.
  const uniform = { kind: "uniform", bound: 1 / Math.sqrt(inputs) } as const;
  const he = { kind: "normal", deviation: Math.sqrt(2 / inputs) } as const;
  const weight: VariableSpec = { shape, initial: initialisation === "he" ? he : uniform, role: "weight" };
  if (!bias) return { [`${name}.weight`]: weight };
  const initial = initialisation === "he" ? { kind: "constant", value: 0 } as const : uniform;
  return { [`${name}.weight`]: weight, [`${name}.bias`]: { shape: shape.slice(-1), initial, role: "bias" } };
}
