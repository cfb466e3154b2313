import { fileURLToPath } from "node:url";
import { install, type VirtualEnvironment } from "../setup/virtual_environment.ts";

/** The Python environment of the benchmarks' peers. */
export const peers: VirtualEnvironment = {
  folder: fileURLToPath(new URL(".venv", import.meta.url)),
  requirements: fileURLToPath(new URL("requirements.txt", import.meta.url)),
  notice: "Installing the peers of bench/requirements.txt into bench/.venv, once; PyTorch takes 5 GB",
};

/**
 * Makes that environment where it is missing.
 *
 * @returns the path of its Python
 * @throws {Error} saying in a line why there is none
 */
export async function peersPython(): Promise<string> {
  return await install(peers);
}
