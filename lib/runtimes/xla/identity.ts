import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cudaPlaces, cudaVariable } from "./cuda_folder.ts";
import { findPlugin, plainName, pluginPlaces, pluginVariable, recordOf } from "./location.ts";
import { acquireClient, releaseClient } from "./shared_client.ts";

/** What a stage needs to run the plugin, and what the plugin is. */
export interface ResolvedXla {
  /** The plugin's project and version if it is an installed one, its digest, and its platform and device. */
  readonly identity: string;
  /** The plugin, where it is looked for, and where CUDA's compiler is. */
  readonly native: readonly string[];
  /** PJRT's interface is a table of pointers. */
  readonly pointers: true;
  /** Which plugin, which of an NVIDIA machine's devices it sees, and where CUDA is. */
  readonly env: readonly string[];
  /** Whether it computes on the CPU. */
  readonly onCpu: boolean;
}

/**
 * Says which plugin the runtime `xla` has on this machine, and which device: that is opened for it, so that what computes is
 * what is named, be it chosen by `CUDA_VISIBLE_DEVICES` or otherwise.
 *
 * @throws {Error} where there is no plugin, with the command that gets one, or no device
 */
export async function resolveXla(): Promise<ResolvedXla> {
  const path = findPlugin();
  const { name, sha256 } = recordOf(path) ?? { name: plainName(path), sha256: await digestOf(path) };
  const client = acquireClient();
  try {
    const { platform, deviceKind } = client;
    return {
      identity: [`${name}, SHA-256 ${sha256}`, ...new Set([platform, deviceKind])].join(", "),
      native: [path, ...pluginPlaces(), ...cudaPlaces(path)],
      pointers: true,
      env: [pluginVariable, cudaVariable, "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"],
      onCpu: platform === "cpu",
    };
  } finally {
    releaseClient();
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
