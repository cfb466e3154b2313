import { join } from "node:path";
import { readInstallation } from "./installation.ts";

/** Where NVIDIA's driver on Linux describes each GPU. */
const driverFolder = "/proc/driver/nvidia/gpus";

/**
 * What results depend on: the release of TensorFlow, the digest of the wheel of its libraries, the package with the kernels,
 * and the GPU that it will use, or `CPU`.
 *
 * @param folder of the installation
 * @param gpus folder of the driver
 * @throws {Error} where TensorFlow is not installed, or not all of it
 */
export async function identifyTensorflow(
  folder: string,
  gpus = driverFolder,
): Promise<{ readonly identity: string; readonly onCpu: boolean }> {
  const { version, sha256, binding, gpu } = await readInstallation(folder);
  const model = gpu ? await gpuModel(gpus) : undefined;
  return {
    identity: `tensorflow ${version} (wheel ${sha256}), @tensorflow/tfjs-node ${binding}, ${model ?? "CPU"}`,
    onCpu: model === undefined,
  };
}

/** The model of the first GPU, which is the one that TensorFlow takes. */
async function gpuModel(folder: string): Promise<string | undefined> {
  try {
    const [first] = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
    if (first === undefined) return undefined;
    return /^Model:\s*(.*\S)/m.exec(await Deno.readTextFile(join(folder, first, "information")))?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
