/**
 * The engine beside DVC, Snakemake and wireit, in turn, where they can do the task:
 * `deno run -A bench/pipeline/bench.ts [--small] [--rounds 5] [cases...]`, cases being `unchanged`, `first`, `touched`,
 * `large`, `many`, `parallel`, `overhead` and `memory`; all unless given. `--small` measures little, to see that it works.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Case, cases } from "./cases.ts";
import { measure, timesTable } from "./measurement.ts";
import { memoryOf } from "./memory.ts";
import { runStageOverhead } from "./run_stage.ts";

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { small: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
const names = [...cases.map(({ name }) => name), "overhead", "memory"];
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`Expected of ${names.join(", ")}, and a whole number of rounds; found ${Deno.args.join(" ")}`);
  Deno.exit(2);
}
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);

for (const one of cases.filter(({ name }) => wanted(name))) {
  for (const size of values.small ? one.small : one.sizes) await inFolder((folder) => show(one, size, folder));
}
if (wanted("overhead")) {
  await inFolder(async (folder) => {
    const count = values.small ? 3 : 20;
    const { bare, stage, idle } = await runStageOverhead(folder, count, rounds);
    console.log(`\n${count} \`run\` stages, one after the other\n`);
    console.log(`\`deno run\` of the module: ${bare.toFixed(0)} ms; a stage takes ${stage.toFixed(0)} ms more`);
    console.log(`\`repro\` with nothing to do: ${idle.toFixed(0)} ms`);
  });
}
if (wanted("memory")) {
  await inFolder(async (folder) => {
    const count = values.small ? 50 : 10_000;
    const { first, unchanged } = await memoryOf(folder, count);
    console.log(
      `\nMemory with ${count} stages, at most: first run ${first.toFixed(0)} MB, nothing to do ${
        unchanged.toFixed(0)
      } MB`,
    );
  });
}

async function show({ title, warmups, contenders }: Case, size: number, folder: string): Promise<void> {
  const times = await measure(await contenders(folder, size), rounds, warmups);
  console.log(`\n${title(size)}; ${rounds} rounds\n`);
  console.log(
    ["| program | median, s | least, s | times ours |", "| :-- | --: | --: | --: |", ...timesTable(times)].join("\n"),
  );
}

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "pipeline-bench-" }));
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
