import type { Costs } from "./costs.ts";
import { type Process, Simulation, Station } from "./simulation.ts";

/** A pipeline: chains of ten stages, each of which reads the out of the one before it. */
export interface Workload {
  readonly stages: number;
  /** Small files of each stage's out. */
  readonly files: number;
  /** Seconds that a stage computes, on average; each takes between half of it and one and a half. */
  readonly compute: number;
}

/** Where it runs. */
export interface Cluster {
  /** Each runs a stage at a time. */
  readonly nodes: number;
  /** Operations on files that the shared disk does in a second, for all nodes together. */
  readonly diskRate: number;
  /** Jobs that Slurm takes at a time (`MaxJobCount`). */
  readonly jobs: number;
}

/** How the engine goes about it. */
export interface Policy {
  /** Stages that are submitted together, as an array. */
  readonly array: number;
  /** The share of its time that Slurm answers polls, at most; at most one a second. */
  readonly pollShare: number;
  /** Operations on the shared disk a second, at most, to see what jobs have written: two for each job five times a second, if that is less. */
  readonly looks: number;
  /** The share of the engine's time that goes into writing the lock; 1: it is written after each stage. */
  readonly lockShare: number;
  /** Operations on the shared disk to store a file of an out, and to read it as a dep. */
  readonly store: number;
  readonly read: number;
}

/** What came of it. */
export interface Outcome {
  /** Seconds from the start of the engine to the last result. */
  readonly seconds: number;
  /** Seconds that it would take if nothing but what stages compute took time. */
  readonly ideal: number;
  readonly stations: readonly Station[];
}

/** Stages of a chain. */
const chain = 10;

/** Operations on the shared disk to record a job's end, a draft and a new name, and for the engine to read it. */
const [recordEnd, readEnd] = [2, 1];

/** Operations on the shared disk for a stage, on average: the first of a chain reads nothing. */
export function diskOperations({ files }: Workload, { store, read }: Policy): number {
  return files * (store + (1 - 1 / chain) * read) + recordEnd + readEnd;
}

/** Runs a pipeline on a cluster, by the costs of what each part does. */
export function simulate(workload: Workload, cluster: Cluster, policy: Policy, costs: Costs): Outcome {
  const { stages, files, compute } = workload;
  const simulation = new Simulation();
  const engine = new Station(simulation, "engine");
  const controller = new Station(simulation, "Slurm's controller");
  const disk = new Station(simulation, "shared disk");
  const nodes = new Station(simulation, "nodes", cluster.nodes);

  const ready = Array.from({ length: Math.ceil(stages / chain) }, (_, index) => index * chain);
  /** Stages that ended since the last poll. */
  let ended: number[] = [];
  /** How many stages are with Slurm, and how many have no result yet. */
  let [held, left] = [0, stages];
  let [lockSeconds, end] = [0, 0];

  function* job(stage: number): Process {
    yield nodes;
    yield* controller.use(costs.startJob);
    const isFirst = stage % chain === 0;
    yield* disk.use((isFirst ? 0 : files * policy.read) / cluster.diskRate);
    yield compute * factorOf(stage) + files * costs.storeFile;
    yield* disk.use((files * policy.store + recordEnd) / cluster.diskRate);
    nodes.release();
    ended.push(stage);
  }

  function* submit(): Process {
    while (ready.length > 0 && held < cluster.jobs) {
      const batch = ready.splice(0, Math.min(policy.array, cluster.jobs - held));
      held += batch.length;
      yield* controller.use(costs.submit + batch.length * costs.submitTask);
      for (const stage of batch) simulation.start(job(stage));
    }
  }

  /** Enters what has ended, and writes the lock as often as its share of the time allows. */
  function* finish(batch: readonly number[]): Process {
    held -= batch.length;
    left -= batch.length;
    ready.push(...batch.map((stage) => stage + 1).filter((next) => next % chain !== 0 && next < stages));
    yield* disk.use(batch.length * readEnd / cluster.diskRate);
    const write = stages * costs.lockStage;
    const writes = policy.lockShare === 1
      ? batch.length
      : Number(left === 0 || lockSeconds + write <= policy.lockShare * simulation.now);
    lockSeconds += writes * write;
    yield* engine.use(batch.length * costs.finishStage + writes * write);
  }

  function* look(): Process {
    while (left > 0) {
      yield* disk.use(2 * held / cluster.diskRate);
      yield Math.max(0.2, 2 * held / policy.looks);
    }
  }

  function* run(): Process {
    yield* engine.use(stages * costs.planStage);
    while (left > 0) {
      yield* submit();
      const asked = simulation.now;
      yield* controller.use(costs.list + held * costs.listJob);
      const answer = simulation.now - asked;
      const batch = ended;
      ended = [];
      yield* finish(batch);
      if (left > 0) yield Math.max(1, answer / policy.pollShare);
    }
    end = simulation.now;
  }

  simulation.start(run());
  simulation.start(look());
  simulation.run();
  const ideal = Math.max(stages * compute / cluster.nodes, chain * compute);
  return { seconds: end, ideal, stations: [engine, controller, disk, nodes] };
}

/** Between a half and one and a half, evenly, the same each time. */
function factorOf(stage: number): number {
  // Multiples of the golden ratio lie evenly.
  return 0.5 + (stage * 0.6180339887498949) % 1;
}
