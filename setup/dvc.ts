/**
 * `deno task setup:dvc`: installs DVC, which the conformance tests run beside the engine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { install, type VirtualEnvironment } from "./virtual_environment.ts";

/** DVC, of the version that `dvc.yaml` files are read as. */
export const dvc: VirtualEnvironment = {
  folder: fileURLToPath(new URL("../.runtimes/dvc", import.meta.url)),
  requirements: fileURLToPath(new URL("dvc.txt", import.meta.url)),
  notice: "Installing DVC (setup/dvc.txt) into .runtimes/dvc, once (200 MB)",
};

if (import.meta.main) console.log(await install(dvc));
