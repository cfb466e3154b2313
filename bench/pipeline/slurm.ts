/**
 * Quick stages on Slurm beside Snakemake's executor plugin, on the same small cluster, in turn:
 * `deno run -A bench/pipeline/slurm.ts [--stages 200] [--rounds 1] [contenders...]`,
 * contenders being `mindepth`, `eager` and `default`, all unless given. The cluster has no accounts, so the plugin asks `squeue`.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { TestCluster } from "../../tests/pipeline/slurm/test_cluster.ts";
import { row } from "../markdown.ts";
import { median } from "../median.ts";
import { type Invocation, run } from "./measurement.ts";
import { own, snakemakeProgram } from "./programs.ts";

/** Programs of Slurm's whose calls are counted, of the program that runs the stages and of the jobs alike. */
const PROGRAMS = ["sbatch", "srun", "squeue", "sacct", "scontrol", "sinfo", "scancel", "sacctmgr", "sdiag"] as const;

/** What runs the stages. */
interface Contender {
  readonly name: string;
  /** Writes so many stages, and says how they are run. */
  readonly prepare: (folder: string, count: number) => Promise<Invocation>;
}

/** What a run took. */
interface Taken {
  /** From its start to its end. */
  readonly seconds: number;
  /** Processor time of the program and of those of Slurm's that it calls; not of jobs. */
  readonly processor: number;
  /** Calls of Slurm's programs, with the time in milliseconds. */
  readonly calls: readonly (readonly [program: string, time: number])[];
  /** Requests to Slurm's controller, of whomever. */
  readonly requests: number;
}

const snakemakeFlags = [
  "--executor",
  "slurm",
  "--jobs",
  "1000",
  "--slurm-no-account",
  "--slurm-status-command",
  "squeue",
  "--default-resources",
  "slurm_partition=main",
  // Its own process in a job takes more than 100.
  "mem_mb=400",
  "runtime=5",
];

/** The plugin as fast as its settings make it: at the defaults it asks after 40 seconds, and then every 10. */
const eager = ["--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1"];

async function writeSnakefile(folder: string, count: number): Promise<void> {
  const text = `rule all:
    input: expand("out/{i}", i=range(${count}))

rule part:
    output: "out/{i}"
    shell: "echo {wildcards.i} > {output}"
`;
  await Deno.writeTextFile(join(folder, "Snakefile"), text);
}

function snakemake(program: string, name: string, ...flags: string[]): Contender {
  return {
    name,
    async prepare(folder, count) {
      await writeSnakefile(folder, count);
      return { program, args: [...snakemakeFlags, ...flags] };
    },
  };
}

const mindepth: Contender = {
  name: own.name,
  async prepare(folder, count) {
    const part = {
      foreach: Array.from({ length: count }, (_, index) => index),
      do: { cmd: "echo ${item} > out/${item}", outs: ["out/${item}"], resources: { memory: "400MB", time: "5m" } },
    };
    const text = stringify({ executor: "slurm", stages: { part } });
    await Deno.writeTextFile(join(folder, "pipeline.yaml"), text);
    const { program, args } = own.repro(folder);
    return { program, args: args.map((word) => word === "dvc.yaml" ? "pipeline.yaml" : word) };
  },
};

/** Programs that note when they are called, and then are those of Slurm's. */
async function writeCounters(folder: string, configuration: string): Promise<void> {
  for (const program of PROGRAMS) {
    const path = join(folder, "bin", program);
    await Deno.writeTextFile(
      path,
      `#!/bin/sh
echo ${program} $(date +%s%3N) >> ${join(folder, "calls")}
# Snakemake's jobs do not hand it on.
SLURM_CONF=${configuration} exec /usr/bin/${program} "$@"
`,
    );
    await Deno.chmod(path, 0o755);
  }
}

async function take(contender: Contender, cluster: TestCluster, count: number): Promise<Taken> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "slurm-bench-" }));
  try {
    for (const name of ["bin", "out", ".git"]) await Deno.mkdir(join(folder, name));
    await writeCounters(folder, cluster.environment.SLURM_CONF!);
    const { program, args, environment = {} } = await contender.prepare(folder, count);
    await cluster.ask("sdiag", "--reset");
    // The shell's own clock tells the processor time of a program and of its children.
    const line = `TIMEFORMAT='processor %U %S'; time "$@"`;
    const { seconds, text } = await run({
      program: "bash",
      args: ["-c", line, "bash", program, ...args],
      environment: { ...cluster.environment, ...environment, PATH: `${folder}/bin:${cluster.environment.PATH}` },
    }, folder);
    for (let index = 0; index < count; index++) await Deno.stat(join(folder, "out", String(index)));
    const [, user, system] = /processor ([\d.]+) ([\d.]+)/.exec(text)!;
    const statistics = await cluster.ask("sdiag");
    const byType = /by message type([\s\S]*?)by user/.exec(statistics)?.[1] ?? "";
    const requests = [...byType.matchAll(/count:(\d+)/g)].reduce((sum, [, found]) => sum + Number(found), 0);
    const calls = (await Deno.readTextFile(join(folder, "calls"))).trim().split("\n").map((line) => {
      const [name, time] = line.split(" ");
      return [name!, Number(time)] as const;
    });
    return { seconds, processor: Number(user) + Number(system), calls, requests };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Times of the calls that ask how jobs are. */
function polls({ calls }: Pick<Taken, "calls">): number[] {
  return calls.filter(([program]) => program === "squeue" || program === "sacct").map(([, time]) => time)
    .sort((one, other) => one - other);
}

/** Most such calls within a second. */
function mostInSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((time) => times.filter((other) => other >= time && other < time + 1000).length));
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { stages: { type: "string", default: "200" }, rounds: { type: "string", default: "1" } },
  allowPositionals: true,
});
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
const [count, rounds] = [Number(values.stages), Number(values.rounds)];
const { program, version } = await snakemakeProgram();
const contenders = Object.entries({
  mindepth,
  eager: snakemake(program, `Snakemake ${version}, asking every second`, ...eager),
  default: snakemake(program, `Snakemake ${version}`),
}).filter(([name]) => wanted(name)).map(([, contender]) => contender);
await using cluster = await TestCluster.start();
const taken = new Map<string, Taken[]>(contenders.map(({ name }) => [name, []]));
const shown = (name: string, all: readonly Taken[]): string => {
  const middle = (value: (one: Taken) => number): number => median(all.map(value));
  const number = (program: string) => middle(({ calls }) => calls.filter(([name]) => name === program).length);
  return row([
    name,
    middle(({ seconds }) => seconds).toFixed(1),
    middle(({ processor }) => processor).toFixed(1),
    number("sbatch").toFixed(0),
    middle((one) => polls(one).length).toFixed(0),
    middle((one) => mostInSecond(polls(one))).toFixed(0),
    (middle(({ calls }) => calls.length - polls({ calls }).length) - number("sbatch")).toFixed(0),
    middle(({ requests }) => requests).toFixed(0),
  ]);
};
const header = ["", "seconds", "processor, s", "`sbatch`", "polls", "most in a second", "other calls", "requests"];
console.log(
  `${count} stages, ${rounds} rounds\n\n${row(header)}\n${row([":--", ...header.slice(1).map(() => "--:")])}`,
);
for (let round = 0; round < rounds; round++) {
  for (const contender of contenders) {
    const one = await take(contender, cluster, count);
    taken.get(contender.name)!.push(one);
    // Each as soon as it is known: they take minutes.
    if (round === rounds - 1) console.log(shown(contender.name, taken.get(contender.name)!));
  }
}
