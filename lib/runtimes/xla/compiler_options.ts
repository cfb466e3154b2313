import type { CompilerOptions } from "./client.ts";

/**
 * Options of XLA's compiler on a platform, by their names among its flags.
 *
 * @param platform as the client says it
 * @param cuda the folder of CUDA's compiler, where XLA would not find it by itself
 */
export function compilerOptions(platform: string, cuda?: string): CompilerOptions {
  switch (platform) {
    case "cpu":
      // Where threads share a sum out, its rounding depends on how many there are.
      return { xla_cpu_multi_thread_eigen: false };
    case "cuda":
      return {
        // No sums by atomic additions, whose order is that of the moment.
        xla_gpu_exclude_nondeterministic_ops: true,
        // No kernel is taken because it was the fastest in a trial: another process might find another one so.
        xla_gpu_autotune_level: 0,
        // Without trials XLA has no way to shape the products that it would generate itself, and refuses; cuBLAS has.
        xla_gpu_enable_triton_gemm: false,
        // Everything that can be part of a CUDA graph, the loop too: its steps are then started by the device itself.
        xla_gpu_enable_command_buffer:
          "FUSION,CUBLAS,CUBLASLT,CUDNN,CUSTOM_CALL,DYNAMIC_SLICE_FUSION,CONDITIONAL,WHILE",
        ...cuda === undefined ? {} : { xla_gpu_cuda_data_dir: cuda },
      };
    default:
      return {};
  }
}
