import { requestAdapter } from "./adapter.ts";

/** Written down here, and held to the installed package by a test, so that planning loads no engine. */
const backend = "@tensorflow/tfjs-backend-webgpu 4.22.0";

/** What the runtime `webgpu` is on a machine. */
export interface ResolvedWebgpu {
  /** See {@linkcode resolveWebgpu}. */
  readonly identity: string;
  /** Whether the adapter is a driver that computes on the CPU. */
  readonly onCpu: boolean;
  /** That it does, where it does. */
  readonly note?: string;
}

/**
 * What results depend on: the kernels, Deno, which translates them for the driver, and the class of the adapter, as its
 * driver describes it.
 *
 * @throws {Error} where this machine has no adapter
 */
export async function resolveWebgpu(): Promise<ResolvedWebgpu> {
  const { info } = await requestAdapter();
  const adapter = adapterClass(info);
  const identity = [backend, `Deno ${Deno.version.deno}`, adapter].join(", ");
  if (!info.isFallbackAdapter) return { identity, onCpu: false };
  const note = `webgpu computes on the CPU here, and slowly: its adapter is ${adapter}; install the driver of a GPU ` +
    "(Vulkan on Linux), or take runtime: onnx";
  return { identity, onCpu: true, note };
}

/** An adapter's name, or, where its driver gives none, the numbers of its vendor and device. */
function adapterClass({ vendor, device, architecture, description }: GPUAdapterInfo): string {
  return description || [architecture, `vendor ${vendor}`, `device ${device}`].filter((part) => part !== "").join(" ");
}
