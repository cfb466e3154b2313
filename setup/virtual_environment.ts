/**
 * Python environments with what tests and benchmarks compare with: never a need of the project.
 *
 * @module
 */

/** A Python environment of its own. */
export interface VirtualEnvironment {
  /** Where it stands, absolute. */
  readonly folder: string;
  /** Absolute path of the file that lists its packages, each with its version. */
  readonly requirements: string;
  /** What is said before an installation. */
  readonly notice: string;
}

/** Whether an environment is there with the packages that its file names. */
export async function isInstalled({ folder, requirements }: VirtualEnvironment): Promise<boolean> {
  return await Deno.readTextFile(marker(folder)).catch(() => "") === await Deno.readTextFile(requirements);
}

/** The path of an environment's Python. */
export function pythonOf({ folder }: VirtualEnvironment): string {
  return `${folder}/bin/python`;
}

/**
 * Makes an environment where it is missing or holds other versions than its file names.
 *
 * @returns the path of its Python
 * @throws {Error} saying in a line why there is none
 */
export async function install(environment: VirtualEnvironment): Promise<string> {
  const python = pythonOf(environment);
  if (await isInstalled(environment)) return python;
  const { folder, requirements, notice } = environment;
  console.error(notice);
  await succeed("python3", ["-m", "venv", "--clear", folder]);
  await succeed(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  // Last: an installation that was interrupted is begun again.
  await Deno.copyFile(requirements, marker(folder));
  return python;
}

function marker(folder: string): string {
  return `${folder}/requirements.txt`;
}

async function succeed(command: string, args: string[]): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error(`there is no ${command}; install Python 3`);
    throw error;
  }
  if (output.success) return;
  const [said, failed] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  // Where Debian's package python3-venv is missing, the standard output alone says so, in several lines.
  const reason = failed === "" ? said!.split(/\s+/).join(" ") : failed!.split("\n").at(-1);
  throw new Error(`\`${["python", ...args.slice(0, 3)].join(" ")}\` failed: ${reason}`);
}
