import { fileURLToPath } from "node:url";

const module = fileURLToPath(new URL("./probe.ts", import.meta.url));

/**
 * Lets TensorFlow compute in a process of its own, which gets what the runtime needs and no more.
 *
 * @param folder of the installation
 * @returns on what it computed: `the CPU` or `a GPU`
 * @throws {Error} with what that process said where it failed
 */
export async function probe(folder: string): Promise<string> {
  const args = [
    "run",
    "--quiet",
    "--no-prompt",
    "--ignore-env",
    `--allow-read=${folder}`,
    `--allow-ffi=${folder}`,
    module,
    folder,
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } })
    .output();
  if (success) return new TextDecoder().decode(stdout).trim();
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  const reason = lines.find((line) => line.startsWith("error: ")) ?? lines.at(-1);
  throw new Error(
    `TensorFlow does not work here: ${reason?.replace(/^error: (Uncaught )?(\(in promise\) )?(Error: )?/, "")}`,
  );
}
