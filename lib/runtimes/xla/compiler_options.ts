import type { CompilerOptions } from "./client.ts";

/** Options of XLA's compiler on a platform, by their names among its flags. */
export function compilerOptions(platform: string): CompilerOptions {
  // Where threads share a sum out, its rounding depends on how many there are.
  return platform === "cpu" ? { xla_cpu_multi_thread_eigen: false } : {};
}
