import type { Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { TaskOutcome } from "./scheduler.ts";
import type { StageReproduction } from "./stage_reproduction.ts";

/** What is to be submitted. */
export interface Detachment {
  /** All stages. */
  readonly graph: Graph;
  /** Those that are to be brought up to date. */
  readonly selected: ReadonlySet<string>;
  /** Judges and submits one at a time. */
  readonly reproduction: Pick<StageReproduction, "settle" | "submit">;
  /** Whether a stage runs on the cluster. */
  readonly isElsewhere: (stage: Stage) => boolean;
  /** Told of each stage that cannot be submitted, since that other one could not. */
  readonly skip: (name: string, because: string) => void;
  /** Aborted: nothing more is submitted. */
  readonly signal: AbortSignal;
}

/** What became of a stage, once Slurm has answered. */
interface Fate {
  readonly outcome: TaskOutcome;
  /** The id of its job. */
  readonly job?: string;
}

/**
 * Submits all that is stale and can run on the cluster, each stage after the jobs of those that make what it reads, and
 * waits for none. Stages that run here are left, and with them those that need them; so are stages with patterns as deps
 * that are yet to be made, since what they match is not known.
 */
export async function detach(
  { graph, selected, reproduction, isElsewhere, skip, signal }: Detachment,
): Promise<ReadonlyMap<string, TaskOutcome>> {
  const fates = new Map<string, Promise<Fate>>();
  const done = new Set<string>();
  for (const [name, stage] of graph.stages) {
    if (!selected.has(name) || signal.aborted) continue;
    const upstream = [...graph.upstream.get(name) ?? []].filter((earlier) => fates.has(earlier));
    if (upstream.every((earlier) => done.has(earlier))) {
      const state = await reproduction.settle(name);
      if (state === "done") done.add(name);
      // Slurm is not waited for, so that stages that could start together become one array.
      fates.set(name, state === "run" ? submit(name, stage, []) : Promise.resolve({ outcome: outcomeOf(state) }));
    } else {
      fates.set(name, chain(name, stage, upstream));
    }
  }
  const ended = await Promise.all([...fates].map(async ([name, fate]) => [name, (await fate).outcome] as const));
  return new Map(ended);

  async function submit(name: string, stage: Stage, after: readonly string[]): Promise<Fate> {
    if (!isElsewhere(stage)) return { outcome: "not started" };
    const job = await reproduction.submit(name, after);
    return job === undefined ? { outcome: "failed" } : { outcome: "submitted", job };
  }

  async function chain(name: string, stage: Stage, upstream: readonly string[]): Promise<Fate> {
    const before = await Promise.all(
      upstream.map(async (earlier) => ({ name: earlier, ...await fates.get(earlier)! })),
    );
    const lost = before.find(({ outcome }) => outcome === "failed" || outcome === "skipped");
    if (lost !== undefined) {
      skip(name, lost.name);
      return { outcome: "skipped" };
    }
    const isKnown = stage.deps.every(({ glob }) => glob === undefined);
    const ready = before.every(({ outcome }) => outcome === "done" || outcome === "submitted");
    if (!isKnown || !ready) return { outcome: "not started" };
    return await submit(name, stage, before.flatMap(({ job }) => job ?? []));
  }
}

function outcomeOf(state: "done" | "failed" | "postponed"): TaskOutcome {
  return state === "postponed" ? "not started" : state;
}
