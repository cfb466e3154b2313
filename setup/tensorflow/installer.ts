import { join } from "node:path";
import {
  addonPath,
  descriptionPath,
  environmentPath,
  type Installation,
  readInstallation,
} from "../../lib/runtimes/tensorflow/installation.ts";
import { findCompiler } from "../compiler.ts";
import { installWheel } from "../wheel.ts";
import { buildAddon } from "./addon.ts";
import { probe } from "./probe_run.ts";
import { bindingVersion, tensorflowVersion, tensorflowWheels } from "./wheels.ts";

/** What is wanted. */
export interface TensorflowSetup {
  /** Where it goes. */
  readonly folder: string;
  /** With CUDA. */
  readonly gpu: boolean;
  /** C++ compilers to try instead of the usual ones; where none is there, Zig is installed for the purpose. */
  readonly compilers?: readonly string[];
  /** Told what is done, and what is there already. */
  readonly say: (line: string) => void;
}

/**
 * Installs libtensorflow and builds its addon. What an interrupted call has done is not done again; what is there and
 * works is left as it is, and one with CUDA does for one without.
 *
 * @throws {Error} where it cannot be had for this machine, or does not work on it
 */
export async function setUpTensorflow({ folder, gpu, compilers, say }: TensorflowSetup): Promise<void> {
  if (await isThere(folder, gpu, say)) return;
  const { tensorflow, nvidia } = tensorflowWheels(gpu);
  say(`libtensorflow of ${tensorflow.name}`);
  await installWheel({ wheel: tensorflow, folder: join(folder, "tensorflow"), target: tensorflowTarget });
  for (const [name, wheel] of Object.entries(nvidia)) {
    say(`NVIDIA's libraries of ${wheel.name}`);
    const libraries = new RegExp(`^nvidia/${name}/(lib/[^/]*\\.so[^/]*)$`);
    const target = (member: string) => libraries.exec(member)?.[1];
    await installWheel({ wheel, folder: join(folder, "nvidia", name), target });
  }
  const libraries = librariesIn(join(folder, "tensorflow")).map((name) => `tensorflow/${name}`);
  const zig = join(folder, "zig");
  const programs = compilers === undefined ? {} : { programs: compilers };
  const compiler = await findCompiler({ ...programs, folder: zig, say });
  say(`the addon of @tensorflow/tfjs-node ${bindingVersion}, built by ${compiler[0]}`);
  await buildAddon(compiler, folder, libraries);
  await Deno.remove(zig, { recursive: true }).catch(ignoreMissing);
  const files = [...libraries, addonPath, environmentPath].map((path) => {
    return [path, Deno.statSync(join(folder, path)).size] as const;
  });
  const installation: Installation = {
    version: tensorflowVersion,
    binding: bindingVersion,
    wheel: tensorflow.name,
    sha256: tensorflow.sha256,
    gpu,
    files: Object.fromEntries(files),
  };
  await Deno.writeTextFile(join(folder, descriptionPath), JSON.stringify(installation, undefined, 2) + "\n");
  try {
    say(`TensorFlow ${tensorflowVersion} is in ${folder}; it computes on ${await probe(folder)}`);
  } catch (error) {
    await Deno.remove(join(folder, descriptionPath));
    throw error;
  }
}

/** Whether what is wanted is there and works; clears the place of what does not. */
async function isThere(folder: string, gpu: boolean, say: (line: string) => void): Promise<boolean> {
  try {
    await Deno.stat(join(folder, descriptionPath));
  } catch (error) {
    ignoreMissing(error);
    return false;
  }
  try {
    const { version, binding, gpu: hasGpu } = await readInstallation(folder);
    const suits = version === tensorflowVersion && binding === bindingVersion && (hasGpu || !gpu);
    if (suits) say(`TensorFlow ${version} is there, in ${folder}; it computes on ${await probe(folder)}`);
    else await Deno.remove(join(folder, descriptionPath));
    return suits;
  } catch (error) {
    say(`installs it anew: ${(error as Error).message}`);
    for (const name of Deno.readDirSync(folder)) await Deno.remove(join(folder, name.name), { recursive: true });
    return false;
  }
}

/** The two shared libraries, and of thousands of headers those that the addon includes, or may. */
function tensorflowTarget(member: string): string | undefined {
  const wanted =
    /^tensorflow\/(libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib)|include\/(?:tensorflow\/c|xla\/tsl\/c|(?:tensorflow\/core|tsl)\/platform)\/.*\.h)$/;
  return wanted.exec(member)?.[1];
}

function librariesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.startsWith("lib")).toSorted();
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
