import { dirname, join } from "node:path";
import { digestOf, removeIfThere } from "./file.ts";
import type { Wheel } from "./wheel.ts";

/** Programs that are pip, tried in this order. */
const programs: readonly (readonly string[])[] = [["python3", "-m", "pip"], ["pip3"], ["pip"]];

/**
 * Downloads a wheel by pip, which knows the index, the proxy and the certificates of this machine (`PIP_INDEX_URL`,
 * `pip.conf`); from version 25.1 on it also takes up a download whose connection broke off, though not that of a process that
 * was killed, whose part of the wheel the next call removes. The wheel need not fit this machine.
 *
 * @param file where it goes
 * @throws {Error} where there is no pip, or with the last line that pip wrote
 */
export async function downloadByPip(wheel: Wheel, file: string): Promise<void> {
  const [project, version, python, abi, platform] = wheel.name.replace(/\.whl$/, "").split("-") as string[];
  const folder = join(dirname(file), `.download-${project}-${version}`);
  const whole = join(folder, wheel.name);
  // A run that was killed may have left all of it.
  if (await digestOf(whole) !== wheel.sha256) {
    await removeIfThere(folder);
    await Deno.mkdir(folder);
    const requirements = join(folder, "requirements.txt");
    await Deno.writeTextFile(requirements, `${project}==${version} --hash=sha256:${wheel.sha256}\n`);
    try {
      await runPip([
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        `--requirement=${requirements}`,
        // A wheel may name several platforms: manylinux_2_17_x86_64.manylinux2014_x86_64
        ...platform!.split(".").map((name) => `--platform=${name}`),
        `--abi=${abi}`,
        `--implementation=${python!.slice(0, 2)}`,
        // `py3` would be taken for 3.0, which packages for any newer Python refuse.
        ...python === "py3" ? [] : [`--python-version=${python!.slice(2)}`],
        `--dest=${folder}`,
      ], folder);
    } catch (error) {
      await removeIfThere(folder);
      throw error;
    }
  }
  await Deno.rename(whole, file);
  await removeIfThere(folder);
}

/** @param folder where pip puts what is not complete, so that it goes with the folder */
async function runPip(args: readonly string[], folder: string): Promise<void> {
  for (const [command, ...first] of programs as readonly [string, ...string[]][]) {
    const env = { PIP_RESUME_RETRIES: "10", PIP_DISABLE_PIP_VERSION_CHECK: "1", TMPDIR: folder };
    const output = await outputOf(command, [...first, ...args], env);
    if (output?.success === true) return;
    const lines = output === undefined ? [] : new TextDecoder().decode(output.stderr).trim().split("\n");
    if (output === undefined || /No module named pip$/.test(lines.at(-1)!)) continue;
    const reason = lines.findLast((line) => line.startsWith("ERROR: ")) ?? lines.at(-1);
    throw new Error(`\`pip ${args[0]}\` failed: ${reason?.replace("ERROR: ", "")}`);
  }
  throw new Error("There is no pip to download it; install Python's pip (Debian: python3-pip)");
}

/** What a program gives, whose standard output people see; undefined where there is no such program. */
async function outputOf(
  command: string,
  args: string[],
  env: Record<string, string>,
): Promise<Deno.CommandOutput | undefined> {
  try {
    return await new Deno.Command(command, { args, env, stdout: "inherit", stderr: "piped" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
