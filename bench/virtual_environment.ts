/**
 * The Python environment of the benchmarks' peers, in `bench/.venv`: never a need of the project.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".venv", import.meta.url));
const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));

/**
 * Makes the environment where it is missing or holds other versions than `requirements.txt` names.
 *
 * @returns the path of its Python
 * @throws {Error} saying in a line why there is none
 */
export async function peersPython(): Promise<string> {
  const python = `${folder}/bin/python`;
  // Written last: an installation that was interrupted is begun again.
  const installed = `${folder}/requirements.txt`;
  const wanted = await Deno.readTextFile(requirements);
  if (await Deno.readTextFile(installed).catch(() => "") === wanted) return python;
  console.error("Installing the peers of bench/requirements.txt into bench/.venv, once; PyTorch takes 5 GB");
  await succeed("python3", ["-m", "venv", "--clear", folder]);
  await succeed(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await Deno.writeTextFile(installed, wanted);
  return python;
}

async function succeed(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdout: "null", stderr: "piped" }).output()
    .catch((error) => {
      if (error instanceof Deno.errors.NotFound) throw new Error(`there is no ${command}`);
      throw error;
    });
  if (success) return;
  const reason = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(`\`${["python", ...args.slice(0, 3)].join(" ")}\` failed: ${reason}`);
}
