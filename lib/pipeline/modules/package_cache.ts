import { configurationOf } from "../deno_configuration.ts";

const prepared = new Map<string, Promise<string | undefined>>();

/**
 * Makes sure that the npm packages of a module are in Deno's cache: a sandboxed process does not download. Where a folder
 * is missing, `deno cache` is asked, once for each module in the life of this process; that of a package for another
 * platform stays missing.
 *
 * @param module absolute path
 * @param packageFolders those of its closure
 * @returns why it did not work, where it did not
 */
export async function preparePackages(module: string, packageFolders: readonly string[]): Promise<string | undefined> {
  if (packageFolders.every(isThere)) return undefined;
  const preparation = prepared.get(module) ?? cachePackages(module);
  prepared.set(module, preparation);
  return await preparation;
}

async function cachePackages(module: string): Promise<string | undefined> {
  const { config, lock } = configurationOf(module);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "cache",
      "--quiet",
      ...(config === undefined ? ["--no-config"] : [`--config=${config}`]),
      ...(lock === undefined ? ["--no-lock"] : [`--lock=${lock}`, "--frozen"]),
      module,
    ],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return undefined;
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => line.startsWith("error: "))?.slice("error: ".length) ?? lines.at(-1) ??
    "deno cache failed";
}

function isThere(folder: string): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}
