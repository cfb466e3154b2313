import { dirname, join } from "node:path";

/** Names the folder of an installed CUDA, as NVIDIA's own tools take it. */
export const cudaVariable = "CUDA_HOME";

/** What XLA needs to compile for an NVIDIA GPU; without it the process dies. */
const library = "nvvm/libdevice/libdevice.10.bc";

/** Where the wheels of CUDA 13 and of CUDA 12 put it, beside the folder `jax_plugins` of the same Python. */
const besideJax = ["nvidia/cu13", "nvidia/cuda_nvcc"];

/** Where CUDA's compiler may lie: where `CUDA_HOME` says, or in the Python packages among which a plugin stands. */
export function cudaPlaces(plugin: string, home: string | undefined = Deno.env.get(cudaVariable)): string[] {
  const packages = dirname(dirname(dirname(plugin)));
  return [...home === undefined || home === "" ? [] : [home], ...besideJax.map((folder) => join(packages, folder))];
}

/**
 * The first of {@linkcode cudaPlaces} that has what XLA needs; undefined where none does, and XLA looks in `/usr/local/cuda`.
 *
 * @param plugin the real path of its file
 */
export function cudaFolder(plugin: string, home: string | undefined = Deno.env.get(cudaVariable)): string | undefined {
  return cudaPlaces(plugin, home).find((folder) => {
    try {
      return Deno.statSync(join(folder, library)).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}
