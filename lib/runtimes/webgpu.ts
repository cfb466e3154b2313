import * as tf from "@tensorflow/tfjs";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { eagerRuntime } from "./eager.ts";
import type { Runtime } from "./runtime.ts";
import { requestDevice } from "./webgpu/adapter.ts";
import { replaceCumulative } from "./webgpu/cumulative.ts";
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
  const { device, info } = await requestDevice();
  faults = new DeviceFaults(device);
  // Else what is small is computed on the CPU if it happens to be there, and a resumed run differs from one that was not.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  // MatMulProgramType.MatMulPackedProgram. By default some products are summed by atomic additions, in any order.
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", 3);
  replaceCumulative();
  // The package registers one that starts asynchronously: until it has, no other backend in this process can be used.
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new WebGPUBackend(device, info));
}
