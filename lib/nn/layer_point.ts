import type { Tensor } from "@tensorflow/tfjs";
import { z } from "zod";
import type { Model } from "./model.ts";

/** Where in each layer its features are taken, as a pipeline file writes it. */
export const layersParameter: z.ZodDefault<z.ZodEnum<{ after: "after"; before: "before"; linear: "linear" }>> = z
  .enum(["after", "before", "linear"]).default("after").meta({
    description:
      "Features of a layer after its nonlinearity, before it, or as its linear map gives them, before batch norm",
  });

/** Where in each layer its features are taken. */
export type LayerPoint = z.output<typeof layersParameter>;

/**
 * The measured layers' features, as a model gave them.
 *
 * @throws {Error} where it gives none at that point
 */
export function featuresAt(outputs: ReturnType<Model["apply"]>, point: LayerPoint): readonly Tensor[] {
  const features = point === "after" ? outputs.layers : outputs[point];
  if (features === undefined) {
    throw new Error(
      `This family of models does not give its layers' features at layers: ${point}; measure them at layers: after`,
    );
  }
  return features;
}
