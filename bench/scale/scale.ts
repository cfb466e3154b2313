/**
 * What a pipeline of 100,000 stages and 100 million cached files meets on 1,000 nodes, by simulation from costs that are measured
 * first: which part is at its limit first, and what each choice of the engine does about it. As tables.
 *
 * ```sh
 * deno run -A bench/scale/scale.ts
 * ```
 *
 * @module
 */
import { row } from "../markdown.ts";
import { type Costs, measureCosts } from "./costs.ts";
import { type Cluster, diskOperations, type Outcome, type Policy, simulate, type Workload } from "./pipeline.ts";

/** What the engine does. */
const ours: Policy = { array: 1000, pollShare: 0.05, looks: 2000, lockShare: 0.05, store: 3, read: 1 };

/** Other ways to do one of these. */
const policies: Readonly<Record<string, Policy>> = {
  "as the engine does it": ours,
  "an `sbatch` a stage": { ...ours, array: 1 },
  "a poll a second, whatever it takes": { ...ours, pollShare: 1 },
  "a look at each job's files five times a second": { ...ours, looks: Infinity },
  "the lock written after each stage": { ...ours, lockShare: 1 },
  "an out kept as one file": { ...ours, store: 3 / 1000, read: 1 / 1000 },
};

const cluster: Cluster = { nodes: 1000, diskRate: 20_000, jobs: 10_000 };
const workload: Workload = { stages: 100_000, files: 1000, compute: 600 };

function outcomeRow(name: string, { seconds, ideal, stations }: Outcome): string {
  const shares = stations.map((station) => `${(100 * station.utilisation(seconds)).toFixed(1)} %`);
  return row([name, (seconds / 3600).toFixed(2), (seconds / ideal).toFixed(2), ...shares]);
}

function table(what: string, outcomes: ReadonlyMap<string, Outcome>): string {
  const [first] = outcomes.values();
  const header = [what, "hours", "of the ideal", ...first!.stations.map(({ name }) => name)];
  return [
    row(header),
    row(header.map((_, column) => column === 0 ? ":--" : "--:")),
    ...[...outcomes].map(([name, outcome]) => outcomeRow(name, outcome)),
  ].join("\n");
}

/** Outcomes by name. */
function each<T>(values: Readonly<Record<string, T>>, simulated: (value: T) => Outcome): Map<string, Outcome> {
  return new Map(Object.entries(values).map(([name, value]) => [name, simulated(value)]));
}

function costsTable(costs: Costs): string {
  const names: Record<keyof Costs, string> = {
    planStage: "to plan a stage",
    passStage: "to find that a stage has nothing to do",
    finishStage: "to run a trivial stage and enter it",
    lockStage: "a stage's entry when the lock is written",
    storeFile: "to hash and keep a small file",
    checkFile: "to find a small file unchanged",
    submit: "an `sbatch`",
    submitTask: "each task of an array",
    startJob: "Slurm's part in starting and ending a job",
    list: "a `squeue`",
    listJob: "each job that it lists",
  };
  const rows = Object.entries(names).map(([name, text]) => row([text, (1e6 * costs[name as keyof Costs]).toFixed(1)]));
  return [row(["", "microseconds"]), row([":--", "--:"]), ...rows].join("\n");
}

/**
 * How many stages a second each part can do alone, and how long a stage has to compute for the nodes to be the limit before
 * that part is; the part that needs the longest is at its limit first.
 */
function limitsTable(costs: Costs): string {
  const rates: Readonly<Record<string, number>> = {
    "shared disk": cluster.diskRate / diskOperations(workload, ours),
    "Slurm's controller": 1 / (costs.startJob + costs.submitTask + costs.submit / ours.array),
    engine: 1 / (costs.finishStage + costs.planStage),
  };
  const rows = Object.entries(rates).map(([name, rate]) =>
    row([name, rate.toFixed(1), (cluster.nodes / rate).toFixed(0)])
  );
  const header = ["", "stages a second", "is the limit below, seconds a stage"];
  return [row(header), row([":--", "--:", "--:"]), ...rows].join("\n");
}

const folder = await Deno.makeTempDir();
try {
  const costs = await measureCosts(folder);
  console.log(`${costsTable(costs)}\n`);
  console.log(`${limitsTable(costs)}\n`);
  console.log(`${table("policy", each(policies, (policy) => simulate(workload, cluster, policy, costs)))}\n`);
  const times = { "1 min": 60, "10 min": 600, "1 h": 3600 };
  console.log(
    `${
      table("a stage computes", each(times, (compute) => simulate({ ...workload, compute }, cluster, ours, costs)))
    }\n`,
  );
  const disks = { "5,000": 5000, "20,000": 20_000, "100,000": 100_000 };
  console.log(
    `${
      table(
        "disk, operations a second",
        each(disks, (diskRate) => simulate(workload, { ...cluster, diskRate }, ours, costs)),
      )
    }\n`,
  );
  const { stages, files } = workload;
  console.log(
    `To find that nothing is to do: ${(stages * costs.passStage / 60).toFixed(1)} min for the stages, and ` +
      `${(stages * files * costs.checkFile / 60).toFixed(0)} min for the files if each is looked at`,
  );
} finally {
  await Deno.remove(folder, { recursive: true });
}
