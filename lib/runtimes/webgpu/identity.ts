import { requestAdapter } from "./adapter.ts";

/** Written down here, and held to the installed package by a test, so that planning loads no engine. */
const backend = "@tensorflow/tfjs-backend-webgpu 4.22.0";

/**
 * What results depend on: the kernels, Deno, which translates them for the driver, and the class of the adapter, as its
 * driver describes it.
 *
 * @throws {Error} where this machine has no adapter
 */
export async function identifyWebgpu(): Promise<string> {
  const { info } = await requestAdapter();
  return [backend, `Deno ${Deno.version.deno}`, adapterClass(info)].join(", ");
}

/** An adapter's name, or, where its driver gives none, the numbers of its vendor and device. */
function adapterClass({ vendor, device, architecture, description }: GPUAdapterInfo): string {
  return description || [architecture, `vendor ${vendor}`, `device ${device}`].filter((part) => part !== "").join(" ");
}
