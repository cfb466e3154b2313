import { z } from "zod";
import type { VariableSpec } from "./model.ts";

/** How weights and biases start, as a pipeline file writes it. */
export const initialisationParameter: z.ZodDefault<
  z.ZodEnum<{ pytorch: "pytorch"; he: "he"; xavier: "xavier" }>
> = z.enum(["pytorch", "he", "xavier"]).default("pytorch").meta({
  description: "pytorch: torch.nn.Linear's and Conv2d's default, uniform in ±1/sqrt(inputs), an input of a " +
    "convolution being a value of its window; he: normal, deviation sqrt(2/inputs), biases zero; xavier: uniform in " +
    "±sqrt(6/(inputs + outputs)), biases zero",
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
  const weight: VariableSpec = { shape, initial: initialWeight(shape, initialisation), role: "weight" };
  if (!bias) return { [`${name}.weight`]: weight };
  const initial = initialisation === "pytorch" ? weight.initial : { kind: "constant", value: 0 } as const;
  return { [`${name}.weight`]: weight, [`${name}.bias`]: { shape: shape.slice(-1), initial, role: "bias" } };
}

function initialWeight(shape: readonly number[], initialisation: Initialisation): VariableSpec["initial"] {
  const product = (extents: readonly number[]) => extents.reduce((product, extent) => product * extent, 1);
  const inputs = product(shape.slice(0, -1));
  switch (initialisation) {
    case "pytorch":
      // kaiming_uniform_(a = sqrt(5)) of torch.nn.Linear and Conv2d comes to the same bound as their biases have.
      return { kind: "uniform", bound: 1 / Math.sqrt(inputs) };
    case "he":
      return { kind: "normal", deviation: Math.sqrt(2 / inputs) };
    case "xavier": {
      // Glorot and Bengio 2010, equation 16; an output of a convolution goes to as many places as its window has.
      const outputs = product(shape.slice(0, -2)) * shape.at(-1)!;
      return { kind: "uniform", bound: Math.sqrt(6 / (inputs + outputs)) };
    }
  }
}
