/**
 * How far the default study's numbers lie apart between seeds, and whether they are the same with one thread and with two:
 * `deno run -A bench/seed_spread.ts [folder]`. The runs (five seeds, each with one thread and with two a stage) go to the
 * folder, where a later call finds what is done, or to a temporary one. It takes as long as ten runs of the study.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readTable } from "../lib/formats/table.ts";
import { type Spread, spreads } from "./table_spread.ts";

const SEEDS = [0, 1, 2, 3, 4];
const THREADS = [1, 2];
const STAGES = ["train", "features", "probe"];

const cli = fileURLToPath(new URL("../lib/pipeline/cli.ts", import.meta.url));
const study = fileURLToPath(new URL("../pipeline.yaml", import.meta.url));
const folder = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "seed-spread-" });
try {
  for (const threads of THREADS) for (const seed of SEEDS) await run(threads, seed);
  const differing = [];
  for (const seed of SEEDS) {
    const locks = await Promise.all(
      THREADS.map((threads) => Deno.readTextFile(join(runFolder(threads, seed), "pipeline.lock"))),
    );
    if (new Set(locks).size > 1) differing.push(seed);
  }
  const seeds = differing.length === 0 ? "all seeds" : `all seeds but ${differing.join(", ")}`;
  console.log(`One thread and two give the same bytes for ${seeds}\n`);
  console.log("| table | column | absolute | decades | where |\n| - | - | -: | -: | - |");
  const tables = [...Deno.readDirSync(join(runFolder(1, 0), "outputs", "tables"))].map(({ name }) => name).sort();
  for (const table of tables) {
    const paths = SEEDS.map((seed) => join(runFolder(1, seed), "outputs", "tables", table));
    for (const spread of spreads(await Promise.all(paths.map(readTable)))) console.log(line(table, spread));
  }
} finally {
  if (Deno.args[0] === undefined) await Deno.remove(folder, { recursive: true });
}

function runFolder(threads: number, seed: number): string {
  return join(folder, `threads-${threads}`, `seed-${seed}`);
}

/** Runs the study. A folder for each number of threads has a cache of its own, so that the other's results are no use. */
async function run(threads: number, seed: number): Promise<void> {
  await Deno.mkdir(join(folder, `threads-${threads}`, ".pipeline"), { recursive: true });
  await Deno.mkdir(runFolder(threads, seed), { recursive: true });
  const resources = STAGES.map((stage) => `  ${stage}: { do: { resources: { cpus: ${threads} } } }\n`);
  const text = `extends: ${JSON.stringify(study)}\nvars: [{ seed: ${seed} }]\nstages:\n${resources.join("")}`;
  await Deno.writeTextFile(join(runFolder(threads, seed), "pipeline.yaml"), text);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", cli, "repro"],
    cwd: runFolder(threads, seed),
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`The study failed with seed ${seed} and ${threads} threads`);
}

function line(table: string, { column, absolute, decades, texts, row }: Spread): string {
  const where = ["depth", "epoch", "layer"].flatMap((key) => row[key] === undefined ? [] : [`${key} ${row[key]}`]);
  const cells = [table, column, absolute.toPrecision(3), decades.toPrecision(3), where.join(", ")];
  return `| ${[...cells, ...(texts ? ["texts differ too"] : [])].join(" | ")} |`;
}
