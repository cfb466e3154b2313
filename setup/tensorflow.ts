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
import { placeOf } from "./place.ts";
import { setUpTensorflow } from "./tensorflow/installer.ts";

const unknown = Deno.args.find((argument) => argument !== "--gpu");
const start = performance.now();
try {
  if (unknown !== undefined) throw new Error(`There is no argument ${unknown}; expected --gpu or nothing`);
  await setUpTensorflow({
    folder: await placeOf(tensorflowFolder),
    gpu: Deno.args.includes("--gpu"),
    say: (line) => console.log(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${line}`),
  });
} catch (error) {
  console.error((error as Error).message);
  Deno.exit(unknown === undefined ? 1 : 2);
}
