/**
 * XLA's plugin on the machine of a benchmark.
 *
 * @module
 */
import { findPlugin, pluginVariable } from "../../lib/runtimes/xla/location.ts";

/** Prints where the plugin of an installed JAX lies. */
const search = `
import glob, site, sys
for folder in [*site.getsitepackages(), site.getusersitepackages(), *sys.path]:
    for path in sorted(glob.glob(folder + "/jax_plugins/xla_cuda*/xla_cuda_plugin.so"), reverse=True):
        print(path)
`;

/** Sees to it that there is a plugin: one that was set up, or that of the JAX that a Python has. */
export async function usePlugin(python: string): Promise<void> {
  let missing: unknown;
  try {
    findPlugin();
    return;
  } catch (error) {
    missing = error;
  }
  const { stdout } = await new Deno.Command(python, { args: ["-c", search], stderr: "inherit" }).output();
  const [path] = new TextDecoder().decode(stdout).trim().split("\n");
  if (path === undefined || path === "") throw missing;
  Deno.env.set(pluginVariable, path);
}
