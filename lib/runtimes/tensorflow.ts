import * as tf from "@tensorflow/tfjs";
import util from "node:util";
import { eagerRuntime } from "./eager.ts";
import type { Runtime } from "./runtime.ts";
import { cure, readInstallation, tensorflowFolder } from "./tensorflow/installation.ts";
import { type Addon, loadAddon } from "./tensorflow/native.ts";
import { registerPaddedConvolutions } from "./tensorflow/padding.ts";

/**
 * TensorFlow's own kernels, called eagerly: on an NVIDIA GPU where that was set up, else on one thread of the CPU, whatever
 * is granted, since the bytes of its convolutions depend on the number of threads.
 */
export const tensorflowRuntime: Runtime = tensorflowIn(tensorflowFolder);

/** The runtime with the TensorFlow of another folder; a process has but one TensorFlow. */
export function tensorflowIn(folder: string): Runtime {
  return eagerRuntime({ name: "tensorflow", backend: "tensorflow", prepare: () => prepare(folder) });
}

let loaded: { readonly folder: string; readonly done: Promise<void> } | undefined;

async function prepare(folder: string): Promise<void> {
  await readInstallation(folder);
  loaded ??= { folder, done: register(folder) };
  if (loaded.folder !== folder) {
    throw new Error(`TensorFlow of ${loaded.folder} is loaded in this process; ${folder} needs one of its own`);
  }
  try {
    await loaded.done;
  } catch (error) {
    loaded = undefined;
    throw error;
  }
}

/** Read by libtensorflow and the libraries below it. */
const environment: Readonly<Record<string, string>> = {
  // Errors alone: a warning would end up in the stage's log, for the user to wonder about.
  TF_CPP_MIN_LOG_LEVEL: "2",
  TF_NUM_INTRAOP_THREADS: "1",
  TF_NUM_INTEROP_THREADS: "1",
  OMP_NUM_THREADS: "1",
  // On a GPU: no more memory than is needed, the same bytes every time, and float32 that is float32.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  TF_DETERMINISTIC_OPS: "1",
  NVIDIA_TF32_OVERRIDE: "0",
};

async function register(folder: string): Promise<void> {
  const addon = loadAddon(folder, environment);
  // Node.js had it up to version 22; the kernels still ask for it.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value === undefined || value === null });
  const { NodeJSKernelBackend } = await importKernels();
  registerPaddedConvolutions();
  tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(addon, "@tensorflow/tfjs-node"), 0);
}

/** What of the package is used: its entry would look for an addon of its own, by way of an installer. */
interface Kernels {
  readonly NodeJSKernelBackend: new (addon: Addon, packageName: string) => tf.KernelBackend;
}

/**
 * The package is imported by a computed name, so that a stage which trains on another runtime depends on none of it: its
 * version is part of what the resolver says instead.
 */
async function importKernels(): Promise<Kernels> {
  const dist = "@tensorflow/tfjs-node/dist";
  try {
    await import(`${dist}/register_all_kernels.js`);
    return (await import(`${dist}/nodejs_kernel_backend.js`)).default;
  } catch (error) {
    throw new Error(`TensorFlow's npm package cannot be loaded: ${(error as Error).message}; ${cure}`);
  }
}
