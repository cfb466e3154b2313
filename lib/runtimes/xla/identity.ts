import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { findPlugin, plainName, pluginPlaces, pluginVariable, recordOf } from "./location.ts";

/** What a stage needs to run the plugin, and what the plugin is. */
export interface ResolvedXla {
  /** The plugin's project and version if it is an installed one, and its digest. */
  readonly identity: string;
  /** The plugin, and where it is looked for. */
  readonly native: readonly string[];
  /** PJRT's interface is a table of pointers. */
  readonly pointers: true;
  /** Which plugin, and which of an NVIDIA machine's devices it sees. */
  readonly env: readonly string[];
}

/**
 * Says which plugin the runtime `xla` has on this machine.
 *
 * @throws {Error} where there is none, with the command that gets one
 */
export async function resolveXla(): Promise<ResolvedXla> {
  const path = findPlugin();
  const { name, sha256 } = recordOf(path) ?? { name: plainName(path), sha256: await digestOf(path) };
  return {
    identity: `${name}, SHA-256 ${sha256}`,
    native: [path, ...pluginPlaces()],
    pointers: true,
    env: [pluginVariable, "CUDA_VISIBLE_DEVICES"],
  };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
