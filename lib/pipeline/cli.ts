/**
 * The command line: `deno run -A lib/pipeline/cli.ts repro`, from any folder of any project.
 * @module
 */
import { run, type StricliProcess } from "@stricli/core";
import { application } from "./commands/application.ts";
import { EXIT } from "./commands/exit_code.ts";
import { type Output, standardOutput } from "./display/output.ts";

/**
 * Runs one command line in this process's folder, with its streams.
 *
 * @param inputs what follows the program's name
 * @returns the exit code, see docs/cli.md
 */
export async function main(inputs: readonly string[]): Promise<number> {
  const [output, errors] = [standardOutput("stdout"), standardOutput("stderr")];
  const process: StricliProcess = { stdout: stream(output), stderr: stream(errors) };
  await run(application, spelledOut(inputs), { process, output, errors, inputs, folder: Deno.cwd() });
  const code = Number(process.exitCode ?? EXIT.ok);
  if (code >= 0) return code;
  // The library's own codes are negative: -4 and -5 say that the command line was not understood.
  return code === -4 || code === -5 ? EXIT.usage : EXIT.machine;
}

/** `-j4`, as other programs take it, is `-j 4`; all words behind `--targets` belong to it, as in DVC. */
function spelledOut(inputs: readonly string[]): string[] {
  let flag = "";
  return inputs.flatMap((input) => {
    if (/^-j\d+$/.test(input)) return ["-j", input.slice(2)];
    const isMore = flag === "--targets" && !input.startsWith("-");
    if (input === "--targets") {
      flag = input;
      return [];
    }
    if (!isMore) flag = "";
    return isMore ? ["--targets", input] : [input];
  });
}

function stream({ write, color }: Output): StricliProcess["stdout"] {
  return { write, getColorDepth: () => color ? 8 : 1 };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
