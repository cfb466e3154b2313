import { z } from "zod";
import { convnet, convnetParameter } from "./convnet.ts";
import { mlp, mlpParameter } from "./mlp.ts";
import type { Model } from "./model.ts";
import { resnet18, resnet18Parameter } from "./resnet18.ts";

/** The families of models by `kind`: what a pipeline file may write for each, and its function. */
const families = {
  mlp: { parameter: mlpParameter, build: mlp },
  convnet: { parameter: convnetParameter, build: convnet },
  resnet18: { parameter: resnet18Parameter, build: resnet18 },
} as const;

/** A model's parameters with defaults filled in. */
export type ModelParameters = z.output<(typeof families)[keyof typeof families]["parameter"]>;

const [first, ...others] = Object.values(families).map(({ parameter }) => parameter);

/** What a pipeline file may write for a model: its `kind`, and the parameters of that family. */
export const modelParameter: z.ZodType<ModelParameters> = z.discriminatedUnion("kind", [first!, ...others]);

/**
 * Builds a model of any family.
 *
 * @param input shape of one image: height, width, channels
 * @param classes number of classes
 */
export function buildModel(parameters: ModelParameters, input: Model["input"], classes: number): Model {
  // The table pairs each family's parameters with its own function, which an index by a union cannot express.
  const build = families[parameters.kind].build as (...args: [ModelParameters, Model["input"], number]) => Model;
  return build(parameters, input, classes);
}
