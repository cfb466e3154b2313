import { z } from "zod";

/**
 * The parameter `runtime` of a stage. The engine replaces `auto` at every planning by what `resolver.ts` makes of it, so a
 * stage's fingerprint names the engine and its version.
 */
export const runtimeParameter: z.ZodDefault<
  z.ZodEnum<{ auto: "auto"; onnx: "onnx"; xla: "xla"; tensorflow: "tensorflow"; webgpu: "webgpu"; cpu: "cpu" }>
> = z
  .enum(["auto", "onnx", "xla", "tensorflow", "webgpu", "cpu"])
  .default("auto")
  .meta({
    description:
      "The engine that computes: onnx (native, the default), tensorflow (after `deno task setup:tensorflow`), " +
      "xla (after `deno task setup:xla`), webgpu (any GPU, by its graphics driver), or cpu (plain TensorFlow.js, slow)",
    resolver: import.meta.resolve("./resolver.ts"),
  });
