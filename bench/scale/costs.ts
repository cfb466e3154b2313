import { join } from "node:path";
import { stringify } from "yaml";
import { type Invocation, run } from "../pipeline/measurement.ts";
import { own } from "../pipeline/programs.ts";
import { chains, writeInputs } from "../pipeline/sketch.ts";
import { lockPath, readLock, writeLock } from "../../lib/pipeline/store/lock.ts";
import { slurmCosts } from "./slurm_costs.ts";

/** Seconds that parts of the engine and of Slurm take on one machine. */
export interface Costs {
  /** To read, plan and fingerprint a stage. */
  readonly planStage: number;
  /** To find out that a stage has nothing to do. */
  readonly passStage: number;
  /** To enter a stage that has run, at most: on this machine its process is started, too. */
  readonly finishStage: number;
  /** To write a stage's entry, whenever the lock is written. */
  readonly lockStage: number;
  /** To hash and keep a small file of an out. */
  readonly storeFile: number;
  /** To find a small file of a dep unchanged. */
  readonly checkFile: number;
  /** An `sbatch`, and each task of its array besides. */
  readonly submit: number;
  readonly submitTask: number;
  /** Slurm's part in starting and ending a job. */
  readonly startJob: number;
  /** A `squeue`, and each job that it lists besides. */
  readonly list: number;
  readonly listJob: number;
}

/** What a part takes for one more, as two sizes tell: what does not depend on the size is in neither. */
async function slope(sizes: readonly [number, number], seconds: (size: number) => Promise<number>): Promise<number> {
  const [few, many] = sizes;
  return Math.max(0, (await seconds(many) - await seconds(few)) / (many - few));
}

/** The least of several runs: other programs only add to it. */
async function least(invocation: Invocation, folder: string, times = 3): Promise<number> {
  let seconds = Infinity;
  for (let round = 0; round < times; round++) seconds = Math.min(seconds, (await run(invocation, folder)).seconds);
  return seconds;
}

/**
 * Measures the costs on this machine, in about two minutes.
 *
 * @param folder empty, for projects and a small cluster
 */
export async function measureCosts(folder: string): Promise<Costs> {
  return {
    ...await stageCosts(join(folder, "stages")),
    ...await fileCosts(join(folder, "files")),
    ...await slurmCosts(),
  };
}

async function stageCosts(
  folder: string,
): Promise<Pick<Costs, "planStage" | "passStage" | "finishStage" | "lockStage">> {
  const sizes = [200, 1000] as const;
  const place = (count: number) => join(folder, `${count}`);
  for (const count of sizes) {
    const stages = chains(count);
    await writeInputs(place(count), stages);
    await own.prepare(place(count), stages);
  }
  const planStage = await slope(sizes, (count) => least(own.status!(place(count)), place(count)));
  const finishStage = await slope(sizes, (count) => least(own.repro(place(count)), place(count), 1));
  const passStage = await slope(sizes, (count) => least(own.repro(place(count)), place(count)));
  const path = lockPath(join(place(sizes[1]), "dvc.yaml"));
  const lock = await readLock(path);
  if (!lock.ok) throw new Error(`${path} cannot be read`);
  const start = performance.now();
  for (let round = 0; round < 10; round++) writeLock(lock.value);
  return { planStage, finishStage, passStage, lockStage: (performance.now() - start) / 1e4 / lock.value.stages.size };
}

async function fileCosts(folder: string): Promise<Pick<Costs, "storeFile" | "checkFile">> {
  const sizes = [2000, 20_000] as const;
  const place = (count: number) => join(folder, `${count}`);
  for (const count of sizes) {
    await Deno.mkdir(join(place(count), "in"), { recursive: true });
    for (let index = 0; index < count; index++) {
      await Deno.writeTextFile(join(place(count), "in", `${index}`), `${index}\n`);
    }
    const stages = { copy: { cmd: "cp -r in out", outs: ["out"] } };
    await Deno.writeTextFile(join(place(count), "dvc.yaml"), stringify({ stages }));
  }
  const store = await slope(sizes, (count) => least(own.repro(place(count)), place(count), 1));
  const checkFile = await slope(sizes, (count) => least(own.status!(place(count)), place(count)));
  const copy = await slope(sizes, (count) => least({ program: "cp", args: ["-r", "in", "copy"] }, place(count), 1));
  return { storeFile: Math.max(0, store - copy), checkFile };
}
