import { fileURLToPath } from "node:url";
import { isInstalled, pythonOf } from "../../setup/virtual_environment.ts";
import { dvc } from "../../setup/dvc.ts";
import { peers } from "../../bench/peers.ts";

/** A Python that has DVC: of `DVC_PYTHON`, of `deno task setup:dvc`, or of the benchmarks' peers; undefined: there is none. */
export async function dvcPython(): Promise<string | undefined> {
  const named = Deno.env.get("DVC_PYTHON");
  if (named !== undefined) return named;
  if (await isInstalled(dvc)) return pythonOf(dvc);
  return await isInstalled(peers) ? pythonOf(peers) : undefined;
}

/** Environment variables under which DVC keeps to a folder of its own and tells nobody. */
export function dvcEnvironment(folder: string): Record<string, string> {
  return {
    DVC_NO_ANALYTICS: "1",
    DVC_GLOBAL_CONFIG_DIR: `${folder}/global`,
    DVC_SYSTEM_CONFIG_DIR: `${folder}/system`,
    DVC_SITE_CACHE_DIR: `${folder}/site`,
    SHELL: "/bin/sh",
    COLUMNS: "400",
    NO_COLOR: "1",
  };
}

/** The script that runs DVC's command lines. */
export const peerScript: string = fileURLToPath(new URL("dvc_peer.py", import.meta.url));
