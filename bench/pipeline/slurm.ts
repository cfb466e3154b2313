/**
 * Quick stages on Slurm beside Snakemake's executor plugin, on the same small cluster, in turn:
 * `deno run -A bench/pipeline/slurm.ts [--stages 200] [--rounds 1] [contenders...]`,
 * contenders being `mindepth`, `eager` (the plugin asking every second) and `default` (the plugin as it comes), all unless given.
 * The cluster has no accounts, so the plugin asks `squeue`. Needs GNU time (Debian: `time`).
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
  /** The most memory of any one of these processes, MB. */
  readonly memory: number;
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
    const usage = join(folder, "usage");
    const { seconds } = await run({
      program: "/usr/bin/time",
      args: ["--format", "%U %S %M", "--output", usage, program, ...args],
      environment: { ...cluster.environment, ...environment, PATH: `${folder}/bin:${cluster.environment.PATH}` },
    }, folder);
    const [user, system, kilobytes] = (await Deno.readTextFile(usage)).trim().split(" ").map(Number);
    for (let index = 0; index < count; index++) await Deno.stat(join(folder, "out", String(index)));
    const statistics = await cluster.ask("sdiag");
    const byType = /by message type([\s\S]*?)by user/.exec(statistics)?.[1] ?? "";
    const requests = [...byType.matchAll(/count:(\d+)/g)].reduce((sum, [, found]) => sum + Number(found), 0);
    const calls = (await Deno.readTextFile(join(folder, "calls"))).trim().split("\n").map((line) => {
      const [name, time] = line.split(" ");
      return [name!, Number(time)] as const;
    });
    return { seconds, processor: user! + system!, memory: kilobytes! / 1024, calls, requests };
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

function callsOf(program: string): (one: Taken) => number {
  return ({ calls }) => calls.filter(([name]) => name === program).length;
}

/** What is compared; of all less is better. */
const measures: Readonly<Record<string, (one: Taken) => number>> = {
  "from start to end, s": ({ seconds }) => seconds,
  "processor time of the program and its calls, s": ({ processor }) => processor,
  "most memory of a process of it, MB": ({ memory }) => memory,
  "calls of `sbatch`": callsOf("sbatch"),
  "polls (`squeue`, `sacct`)": (one) => polls(one).length,
  "most polls within a second": (one) => mostInSecond(polls(one)),
  "other calls, of jobs as well": (one) => one.calls.length - polls(one).length - callsOf("sbatch")(one),
  "requests to the controller, of nodes as well": ({ requests }) => requests,
};

/** A measure a row, medians of the rounds, and to the right of each peer the ratio to it. */
function table(taken: ReadonlyMap<string, readonly Taken[]>): string {
  const [[first, mine], ...peers] = [...taken] as [[string, readonly Taken[]], ...[string, readonly Taken[]][]];
  const header = ["", first, ...peers.flatMap(([name]) => [name, "ratio"])];
  const rows = Object.entries(measures).map(([name, measure]) => {
    const own = median(mine.map(measure));
    const others = peers.map(([, all]) => median(all.map(measure)));
    const shown = (value: number): string => value.toFixed(name.endsWith(", s") ? 1 : 0);
    return row([
      name,
      shown(own),
      ...others.flatMap((other) => [shown(other), other > 0 ? (own / other).toFixed(3) : ""]),
    ]);
  });
  return [row(header), row([":--", ...header.slice(1).map(() => "--:")]), ...rows].join("\n");
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { stages: { type: "string", default: "200" }, rounds: { type: "string", default: "1" } },
  allowPositionals: true,
});
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
const [count, rounds] = [Number(values.stages), Number(values.rounds)];
const contenders = wanted("mindepth") ? [mindepth] : [];
if (wanted("eager") || wanted("default")) {
  const { program, version } = await snakemakeProgram();
  if (wanted("eager")) contenders.push(snakemake(program, `Snakemake ${version}, asking every second`, ...eager));
  if (wanted("default")) contenders.push(snakemake(program, `Snakemake ${version}`));
}
await using cluster = await TestCluster.start();
const taken = new Map<string, Taken[]>(contenders.map(({ name }) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const contender of contenders) {
    const one = await take(contender, cluster, count);
    taken.get(contender.name)!.push(one);
    // They take minutes.
    console.warn(`${contender.name}, round ${round + 1}: ${one.seconds.toFixed(1)} s`);
  }
}
console.log(`${count} stages, ${rounds} rounds\n\n${table(taken)}`);
