/** What makes it work. */
const cure = "install the driver of its GPU (Vulkan on Linux, Metal comes with macOS), or Debian's " +
  "mesa-vulkan-drivers, which computes on the CPU";

/**
 * The adapter (a GPU with its driver) that the backend of TensorFlow.js takes, asked for as the backend asks.
 *
 * @throws {Error} where this machine has none
 */
export async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error(`WebGPU finds no adapter on this machine; ${cure}`);
  return adapter;
}
