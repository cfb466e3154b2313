import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";
import { eagerRuntime } from "./eager.ts";
import type { Runtime } from "./runtime.ts";
import { requestAdapter } from "./webgpu/adapter.ts";
import { DeviceFaults } from "./webgpu/faults.ts";

/** TensorFlow.js, eager, on any GPU that Deno's own WebGPU reaches: nothing to install beyond the GPU's driver. */
export const webgpuRuntime: Runtime = eagerRuntime({
  name: "webgpu",
  backend: "webgpu",
  prepare: () => prepared ??= prepare(),
  check: () => faults?.check(),
});

let prepared: Promise<void> | undefined;
let faults: DeviceFaults | undefined;

async function prepare(): Promise<void> {
  await requestAdapter();
  // Else what is small is computed on the CPU if it happens to be there, and a resumed run differs from one that was not.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  // MatMulProgramType.MatMulPackedProgram. By default some products are summed by atomic additions, in any order.
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", 3);
  await tf.setBackend("webgpu");
  faults = new DeviceFaults((tf.findBackend("webgpu") as tf.KernelBackend & { readonly device: GPUDevice }).device);
}
