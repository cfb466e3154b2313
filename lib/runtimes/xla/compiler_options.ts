import type { CompilerOptions } from "./client.ts";

/** Options of XLA's compiler on a platform, by their names among its flags. */
export function compilerOptions(platform: string): CompilerOptions {
  switch (platform) {
    case "cpu":
      // Where threads share a sum out, its rounding depends on how many there are.
      return { xla_cpu_multi_thread_eigen: false };
    case "cuda":
      // Everything that can be part of a CUDA graph, the loop too: its steps are then started by the device itself.
      return {
        xla_gpu_enable_command_buffer:
          "FUSION,CUBLAS,CUBLASLT,CUDNN,CUSTOM_CALL,DYNAMIC_SLICE_FUSION,CONDITIONAL,WHILE",
      };
    default:
      return {};
  }
}
