/**
 * Installs TensorFlow for the runtime `tensorflow`: libtensorflow from PyPI, and its addon, built from source.
 *
 * ```sh
 * deno task setup:tensorflow          # 274 MB to download, 0.9 GB on the disk
 * deno task setup:tensorflow --gpu    # with CUDA 12.9: 3.3 GB to download
 * ```
 *
 * It goes to `.runtimes/tensorflow`, or where the environment variable `MINDEPTH_RUNTIMES` names another folder into that,
 * with a link from there.
 *
 * @module
 */
import { tensorflowFolder } from "../lib/runtimes/tensorflow/installation.ts";
import { readOptions } from "./options.ts";
import { placeOf } from "./place.ts";
import { setUpTensorflow } from "./tensorflow/installer.ts";

const usage = `deno task setup:tensorflow [--gpu]

Without an option: for a CPU (274 MB to download).
  --gpu    with CUDA 12.9 for an NVIDIA GPU (3.3 GB to download), on Linux on x86-64`;

const options = readOptions({ gpu: { type: "boolean" } }, usage);
const start = performance.now();
try {
  await setUpTensorflow({
    folder: await placeOf(tensorflowFolder),
    gpu: options.gpu === true,
    say: (line) => console.log(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${line}`),
  });
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(1);
}
