/**
 * `deno task setup:python`: installs a Python environment with the packages by which tests read what is written here.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { install, type VirtualEnvironment } from "./virtual_environment.ts";

/** Readers of our files: ONNX Runtime and safetensors. */
export const readers: VirtualEnvironment = {
  folder: fileURLToPath(new URL("../.runtimes/python", import.meta.url)),
  requirements: fileURLToPath(new URL("python.txt", import.meta.url)),
  notice: "Installing what setup/python.txt lists into .runtimes/python, once (170 MB)",
};

if (import.meta.main) console.log(await install(readers));
