/**
 * XLA's plugin on the machine of a benchmark.
 *
 * @module
 */
import { findPlugin, pluginVariable } from "../../lib/runtimes/xla/location.ts";
import { askPython } from "./python.ts";

/** Prints where the plugin of an installed JAX lies. */
const search = `
import glob, site, sys
for folder in [*site.getsitepackages(), site.getusersitepackages(), *sys.path]:
    for path in sorted(glob.glob(folder + "/jax_plugins/xla_cuda*/xla_cuda_plugin.so"), reverse=True):
        print(path)
`;

/**
 * Sees to it that there is a plugin: one that was set up or that `XLA_PLUGIN` names, or that of the JAX that a Python has.
 *
 * @throws {Error} in one sentence, where there is none
 */
export async function usePlugin(python: string): Promise<void> {
  const named = Deno.env.get(pluginVariable);
  if (named !== undefined) {
    findPlugin(named);
    return;
  }
  try {
    findPlugin();
    return;
  } catch {
    // There may be another.
  }
  const [path] = (await askPython(python, search)).split("\n");
  if (path === undefined || path === "") {
    throw new Error(
      `There is no XLA plugin: none was set up, and ${python} has no JAX with one for CUDA; ` +
        `name a Python that has by --python, or a plugin's file by the variable ${pluginVariable}`,
    );
  }
  Deno.env.set(pluginVariable, path);
}
