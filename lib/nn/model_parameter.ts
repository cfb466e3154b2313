import { z } from "zod";
import { mlp, mlpParameter } from "./mlp.ts";
import type { Model } from "./model.ts";

/** The families of models: what a pipeline file may write for each. A new family is a file, an entry here and one below. */
export const modelParameter: z.ZodDiscriminatedUnion<[typeof mlpParameter], "kind"> = z.discriminatedUnion("kind", [
  mlpParameter,
]);

/** A model's parameters with defaults filled in. */
export type ModelParameters = z.output<typeof modelParameter>;

/**
 * Builds a model of any family.
 *
 * @param input shape of one image: height, width, channels
 * @param classes number of classes
 */
export function buildModel(parameters: ModelParameters, input: Model["input"], classes: number): Model {
  switch (parameters.kind) {
    case "mlp":
      return mlp(parameters, input, classes);
  }
}
