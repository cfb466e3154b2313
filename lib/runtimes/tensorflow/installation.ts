import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `setup:tensorflow` leaves in its folder, written last: where this is, all is there. */
export interface Installation {
  /** Of TensorFlow. */
  readonly version: string;
  /** Of the npm package from which the addon was built, and whose kernels it runs. */
  readonly binding: string;
  /** Name of the wheel that libtensorflow came of. */
  readonly wheel: string;
  /** Of that wheel, hexadecimal. */
  readonly sha256: string;
  /** Whether it can use an NVIDIA GPU. */
  readonly gpu: boolean;
  /** Sizes in bytes of the native libraries, by their path in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

/** Where TensorFlow is installed: a folder, or a link to one, in the project. */
export const tensorflowFolder: string = fileURLToPath(new URL("../../../.runtimes/tensorflow", import.meta.url));

/** What makes it work, or work again. */
export const cure = "run `deno task setup:tensorflow`";

/** Path of the addon in an installation. */
export const addonPath = "addon/tfjs_binding.node";
/** Path in an installation of the library that sets the environment of native code. */
export const environmentPath = "addon/environment.so";
/** Path of what describes an installation. */
export const descriptionPath = "installation.json";

/**
 * Reads what is installed, without loading it.
 *
 * @throws {Error} where there is nothing, or not all of it
 */
export async function readInstallation(folder: string): Promise<Installation> {
  let installation: Installation;
  try {
    installation = JSON.parse(await Deno.readTextFile(join(folder, descriptionPath)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`TensorFlow is not installed; ${cure}`);
    if (error instanceof SyntaxError) throw new Error(`${join(folder, descriptionPath)} is damaged; ${cure}`);
    throw error;
  }
  for (const [path, size] of Object.entries(installation.files)) {
    const found = await Deno.stat(join(folder, path)).then((file) => `${file.size} bytes`, () => "not there");
    if (found !== `${size} bytes`) {
      throw new Error(`${join(folder, path)} is ${found}, expected ${size} bytes; ${cure}`);
    }
  }
  return installation;
}
