import { type ComputingOptions, computingOptions, type RuntimeChoice, runtimeName } from "./choice.ts";
import type { Runtime } from "./runtime.ts";

/** Each runtime is loaded when first asked for, so that a stage pays only for what it uses. */
const loaders: Readonly<Record<string, () => Promise<Runtime>>> = {
  onnx: async () => (await import("./onnx.ts")).onnxRuntime,
  tensorflow: async () => (await import("./tensorflow.ts")).tensorflowRuntime,
  webgpu: async () => (await import("./webgpu.ts")).webgpuRuntime,
  xla: async () => (await import("./xla.ts")).xlaRuntime,
  cpu: async () => (await import("./cpu.ts")).cpuRuntime,
};

/**
 * Loads a runtime by the name that `runtime:` resolves to.
 *
 * @throws {Error} where there is no runtime of that name
 */
export async function runtimeByName(name: string): Promise<Runtime> {
  const load = loaders[name];
  if (load === undefined) {
    throw new Error(`There is no runtime "${name}"; expected one of ${Object.keys(loaders).join(", ")}`);
  }
  return await load();
}

/**
 * Loads a runtime as it was chosen for a training, at the precision that the choice names.
 *
 * @param load loads a runtime by its name
 */
export async function trainingRuntime(choice: RuntimeChoice, load = runtimeByName): Promise<Runtime> {
  return computing(await load(runtimeName(choice)), computingOptions(choice));
}

/**
 * Loads a runtime as it was chosen for what measures a network, which is in float32 at whatever precision it was trained.
 *
 * @param load loads a runtime by its name
 */
export async function measuringRuntime(choice: RuntimeChoice, load = runtimeByName): Promise<Runtime> {
  return computing(await load(runtimeName(choice)), { ...computingOptions(choice), precision: "float32" });
}

function computing(runtime: Runtime, chosen: ComputingOptions): Runtime {
  return { ...runtime, compile: (program, options) => runtime.compile(program, { ...chosen, ...options }) };
}
