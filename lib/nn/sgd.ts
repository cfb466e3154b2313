import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Tensors } from "../runtimes/program.ts";
import type { VariableSpec } from "./model.ts";
import { cosineParameter, dropsParameter } from "./schedule.ts";

/** Stochastic gradient descent and its learning rate over time, as a pipeline file writes them. */
export const optimizerParameter: z.ZodObject<{
  lr: z.ZodNumber;
  drops: z.ZodDefault<typeof dropsParameter>;
  cosine: z.ZodDefault<z.ZodNullable<typeof cosineParameter>>;
  warmUp: z.ZodDefault<z.ZodNumber>;
  momentum: z.ZodDefault<z.ZodNumber>;
  nesterov: z.ZodDefault<z.ZodBoolean>;
  weightDecay: z.ZodDefault<z.ZodNumber>;
  decay: z.ZodDefault<z.ZodEnum<{ all: "all"; weights: "weights" }>>;
  decoupled: z.ZodDefault<z.ZodBoolean>;
  clip: z.ZodDefault<z.ZodNullable<z.ZodNumber>>;
}, z.core.$strict> = z.strictObject({
  lr: z.number().positive().meta({ description: "Learning rate before the first drop" }),
  drops: dropsParameter.default({ at: [], factor: 0.1 }),
  cosine: cosineParameter.nullable().default(null).meta({
    description: "Half a cosine instead of drops: {} falls to 0",
  }),
  warmUp: z.number().min(0).default(0).meta({ description: "Epochs of linear warm-up" }),
  momentum: z.number().min(0).lt(1).default(0.9),
  nesterov: z.boolean().default(false),
  weightDecay: z.number().min(0).default(5e-4),
  decay: z.enum(["all", "weights"]).default("all").meta({
    description: "What decays: all parameters (as in PyTorch), or weights without biases and norms",
  }),
  decoupled: z.boolean().default(false).meta({
    description: "Decay apart from gradient and velocity, by lr * weightDecay a step (SGDW)",
  }),
  clip: z.number().positive().nullable().default(null).meta({
    description: "Largest norm of all gradients together; larger ones are scaled down to it",
  }),
}).refine(({ cosine, drops }) => cosine === null || drops.at.length === 0, {
  path: ["cosine"],
  error: "expected cosine or drops, found both; write `drops: { at: [] }` to have the cosine alone",
}).refine(({ cosine, lr }) => cosine === null || cosine.to <= lr, {
  path: ["cosine", "to"],
  error: "expected a rate that is at most lr",
});

/** The part of {@linkcode optimizerParameter} that a single step needs. */
export type SgdParameters = Pick<
  z.output<typeof optimizerParameter>,
  "momentum" | "nesterov" | "weightDecay" | "decay" | "decoupled"
>;

/**
 * One step of torch.optim.SGD (dampening 0, weight decay coupled): with `g = gradient + weightDecay * parameter`,
 * `velocity = momentum * velocity + g` and `parameter -= lr * velocity` (Nesterov: `lr * (g + momentum * velocity)`).
 * At the first step velocities are zero.
 *
 * Decoupled, `g = gradient` and the parameter is multiplied by `1 - lr * weightDecay` before it moves: SGDW (Loshchilov and
 * Hutter, arXiv 1711.05101, algorithm 1) with their decay written as `lr * weightDecay`, as in torch.optim.AdamW and timm's
 * SGDW. Unlike theirs, the velocity does not hold the rate, which differs where the rate changes.
 *
 * @param lr a scalar
 */
export function sgd(
  specs: Readonly<Record<string, VariableSpec>>,
  { momentum, nesterov, weightDecay, decay, decoupled }: SgdParameters,
  lr: tf.Tensor,
  current: { readonly parameters: Tensors; readonly velocities: Tensors; readonly gradients: Tensors },
): { readonly parameters: Tensors; readonly velocities: Tensors } {
  const parameters: Tensors = {};
  const velocities: Tensors = {};
  for (const [name, { role }] of Object.entries(specs)) {
    const [parameter, velocity] = [current.parameters[name]!, current.velocities[name]!];
    const decays = weightDecay > 0 && (decay === "all" || role === "weight");
    const gradient = current.gradients[name]!;
    const slope = decays && !decoupled ? tf.add(gradient, tf.mul(parameter, weightDecay)) : gradient;
    const next = tf.add(tf.mul(velocity, momentum), slope);
    const direction = nesterov ? tf.add(slope, tf.mul(next, momentum)) : next;
    velocities[name] = next;
    const kept = decays && decoupled ? tf.mul(parameter, tf.sub(1, tf.mul(lr, weightDecay))) : parameter;
    parameters[name] = tf.sub(kept, tf.mul(direction, lr));
  }
  return { parameters, velocities };
}
