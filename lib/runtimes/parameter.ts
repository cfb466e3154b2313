import { z } from "zod";
import type { Precision } from "../compile/stablehlo/precision.ts";

const precision: z.ZodDefault<z.ZodEnum<{ [Name in Precision]: Name }>> = z.enum(["float32", "tf32", "bfloat16"])
  .default("float32")
  .meta({
    description:
      "Of the products and convolutions of a training: float32; tf32, where the device has it; or bfloat16. " +
      "What measures computes in float32 and float64 whatever stands here",
  });

const winograd: z.ZodDefault<z.ZodBoolean> = z.boolean().default(true).meta({
  description: "Convolutions by Winograd's minimal filtering: faster, with an error of about 1e-6 of the values",
});

/**
 * The parameter `runtime` of a stage: a name, or for `xla` and `onnx` a map that also says how it computes. The engine replaces
 * `auto` at every planning by what `resolver.ts` makes of it, so a stage's fingerprint names the engine and its version.
 */
export const runtimeParameter: z.ZodDefault<
  z.ZodUnion<
    readonly [
      z.ZodEnum<{ auto: "auto"; onnx: "onnx"; xla: "xla"; tensorflow: "tensorflow"; webgpu: "webgpu"; cpu: "cpu" }>,
      z.ZodObject<{ name: z.ZodLiteral<"xla">; precision: typeof precision }, z.core.$strict>,
      z.ZodObject<{ name: z.ZodLiteral<"onnx">; winograd: typeof winograd }, z.core.$strict>,
    ]
  >
> = z
  .union([
    z.enum(["auto", "onnx", "xla", "tensorflow", "webgpu", "cpu"]),
    z.strictObject({ name: z.literal("xla"), precision }),
    z.strictObject({ name: z.literal("onnx"), winograd }),
  ])
  .default("auto")
  .meta({
    description:
      "The engine that computes: onnx (native, the default; `{ name: onnx, winograd: false }` has it do convolutions by " +
      "their definition), tensorflow (after `deno task setup:tensorflow`), " +
      "xla (after `deno task setup:xla`; `{ name: xla, precision: tf32 }` or `bfloat16` trains less precisely), " +
      "webgpu (any GPU, by its graphics driver), or cpu (plain TensorFlow.js, slow)",
    resolver: import.meta.resolve("./resolver.ts"),
  });
