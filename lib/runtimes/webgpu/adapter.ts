/** What makes it work. */
const cure = "install the driver of its GPU (Vulkan on Linux, Metal comes with macOS), or Debian's " +
  "mesa-vulkan-drivers, which computes on the CPU";

/**
 * The adapter (a GPU with its driver) that computes: of several the fastest by its kind.
 *
 * @throws {Error} where this machine has none
 */
export async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error(`WebGPU finds no adapter on this machine; ${cure}`);
  return adapter;
}

/** Limits that kernels of TensorFlow.js come up against: WebGPU grants no more than its defaults unless asked. */
const limits = [
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
] as const;

/**
 * A device of that adapter, with the adapter's own limits.
 *
 * @throws {Error} where this machine has no adapter
 */
export async function requestDevice(): Promise<{ readonly device: GPUDevice; readonly info: GPUAdapterInfo }> {
  const adapter = await requestAdapter();
  const requiredLimits = Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]));
  return { device: await adapter.requestDevice({ requiredLimits }), info: adapter.info };
}
