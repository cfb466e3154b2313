/**
 * How long `repro` takes on the default study when nothing is to be done, beside Deno's own start, in turn:
 * `deno run -A bench/pipeline/nothing_to_do.ts [rounds]`. The study has to be up to date.
 * @module
 */
import { fileURLToPath } from "node:url";
import { median } from "../median.ts";

const cli = fileURLToPath(new URL("../../lib/pipeline/cli.ts", import.meta.url));
const commands = { "repro, nothing to do": ["run", "-A", cli, "repro"], "Deno's own start": ["eval", "0"] };

const status = await run(["run", "-A", cli, "status", "--quiet"]);
if (status.code !== 0) {
  console.error("The default study is not up to date; run `deno task repro` first");
  Deno.exit(1);
}
const rounds = Number(Deno.args[0] ?? 15);
const seconds: Record<string, number[]> = {};
for (let round = 0; round < rounds; round++) {
  for (const [name, args] of Object.entries(commands)) (seconds[name] ??= []).push((await run(args)).seconds);
}
for (const [name, times] of Object.entries(seconds)) {
  console.log(`${name}: median ${median(times).toFixed(3)} s, least ${Math.min(...times).toFixed(3)} s, of ${rounds}`);
}

async function run(args: string[]): Promise<{ code: number; seconds: number }> {
  const start = performance.now();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdout: "null",
    stderr: "inherit",
  }).output();
  return { code, seconds: (performance.now() - start) / 1000 };
}
