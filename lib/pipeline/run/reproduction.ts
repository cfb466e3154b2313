import { basename, relative, sep } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { DVC_FILE, type Executor, type Pipeline, type Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { Remote } from "../remote/remote.ts";
import { Remotes } from "../remote/remotes.ts";
import { pruneLock, writeLock } from "../store/lock.ts";
import type { Workspace } from "../store/workspace.ts";
import { acquireWriter } from "../store/writer.ts";
import { heal } from "./aside.ts";
import { machineCapacity } from "./capacity.ts";
import type { Cluster, ClusterOptions } from "./cluster.ts";
import { detach } from "./detachment.ts";
import { DevicePool, gpuDevices } from "./devices.ts";
import { Durations } from "./durations.ts";
import type { Event } from "./event.ts";
import { type Keeping, prepare } from "./preparation.ts";
import { RunRecorder } from "./record.ts";
import { longestPaths, type OnFailure, schedule, type TaskOutcome } from "./scheduler.ts";
import { StageReproduction } from "./stage_reproduction.ts";
import type { Task } from "./task.ts";

/** How stages are to be reproduced. */
export interface ReproductionOptions {
  /** Stages at once; as many as there are cores unless given. */
  readonly jobs?: number;
  /** Run what did not change too. */
  readonly force: boolean;
  /** Run also what is right downstream of a stage that ran or was restored, whatever that left. */
  readonly forceDownstream?: boolean;
  /** What still starts after a failure. */
  readonly onFailure: OnFailure;
  /** One stage at a time, in the order of the graph, as DVC does. */
  readonly inOrder: boolean;
  /** The start of the command that runs one stage, for messages: `deno task repro --single-item`. */
  readonly retry?: string;
  /** Asked before a stage runs; where it says no, the stage fails. */
  readonly confirm?: (stage: string) => boolean;
  /** What is kept, and what of it is used. */
  readonly keeping?: Keeping;
  /** Submit what runs on the cluster, and wait for nothing. */
  readonly detach?: boolean;
  /** Where stages run, whatever the pipeline says. */
  readonly executor?: Executor;
  /** Opens the cluster for stages that run there, or may still be running there; where absent, all run here. */
  readonly openCluster?: (options: ClusterOptions) => Promise<Cluster | undefined>;
  /** Where results are looked for before a stage runs, in this order. */
  readonly remotes?: readonly Remote[];
}

/** How a reproduction ended. */
export type ReproductionEnd =
  /** Something is wrong with the pipeline or its lock; nothing was started. */
  | { readonly kind: "invalid"; readonly diagnostics: readonly Diagnostic[] }
  /** What became of each selected stage. */
  | { readonly kind: "ended"; readonly outcomes: ReadonlyMap<string, TaskOutcome> };

/**
 * Brings the selected stages up to date, in parallel: what is unchanged is left alone, what is known is restored, the rest
 * is run. Each stage is judged only once all that is upstream of it is done, so that an out that comes out as before stops
 * the change there. The lock is written as stages end. One process at a time does this in a workspace; others wait.
 *
 * @param emit gets all events, in order
 * @param signal ends the stages that run; what is finished is kept
 * @param kill ends them at once
 * @throws the signal's reason where it is aborted before anything has started
 * @throws {StoreError} where the machine fails
 */
export async function reproduce(
  workspace: Workspace,
  { pipeline, graph, selected }: { pipeline: Pipeline; graph: Graph; selected: ReadonlySet<string> },
  options: ReproductionOptions,
  emit: (event: Event) => void,
  signal: AbortSignal,
  kill: AbortSignal,
): Promise<ReproductionEnd> {
  const onWait = (holder: { process: number; since: string }): void =>
    emit({ kind: "waiting for writer", time: Date.now(), ...holder });
  await using _writer = await acquireWriter(workspace, onWait, signal);
  const healed = await heal(workspace.temporary);
  const preparation = await unlessAborted(prepare(workspace, pipeline, graph, selected, options.keeping), signal);
  if (!preparation.ok) return { kind: "invalid", diagnostics: preparation.diagnostics };
  const { lock } = preparation.value;
  if (pruneLock(lock, graph.stages.keys())) writeLock(lock, workspace.temporary);

  const shown = relative(workspace.root, pipeline.file).replaceAll(sep, "/");
  const durations = Durations.read(workspace.runs, shown);
  using recorder = new RunRecorder(workspace.runs, shown, durations);
  const record = (event: Event): void => {
    emit(event);
    recorder.add(event);
  };
  const isElsewhere = (stage: Stage): boolean =>
    options.openCluster !== undefined && (options.executor ?? stage.executor) === "slurm";
  const cluster = await options.openCluster?.({
    workspace,
    pipeline: pipeline.file,
    ...pipeline.carrier && { carrier: pipeline.carrier },
    emit: record,
    needed: [...selected].some((name) => isElsewhere(graph.stages.get(name)!)),
  });
  const capacity = machineCapacity(options.jobs ?? (options.inOrder ? 1 : undefined));
  const started = Date.now();
  record({ kind: "run started", time: started, stages: [...selected], jobs: capacity.jobs });
  for (const diagnostic of [...healed, ...preparation.diagnostics]) {
    record({ kind: "run warning", time: Date.now(), diagnostic });
  }
  await cluster?.tidy(new Set(graph.stages.keys()));
  const reproduction = new StageReproduction({
    workspace,
    root: basename(pipeline.file) === DVC_FILE ? pipeline.folder : workspace.root,
    graph,
    preparation: preparation.value,
    durations,
    force: options.force,
    forceDownstream: options.forceDownstream ?? false,
    ...(options.retry === undefined ? {} : { retry: options.retry }),
    ...(options.confirm && { confirm: options.confirm }),
    emit: record,
    remotes: new Remotes(
      options.remotes ?? [],
      (diagnostic) => record({ kind: "run warning", time: Date.now(), diagnostic }),
    ),
    kill,
    devices: new DevicePool(gpuDevices()),
    isElsewhere,
    ...cluster && { cluster },
  });
  const skip = (stage: string, because: string): void =>
    record({ kind: "stage skipped", time: Date.now(), stage, because });
  const outcomes = new Map<string, TaskOutcome>(
    options.detach ? await detach({ graph, selected, reproduction, isElsewhere, skip, signal }) : [],
  );
  let names = options.detach ? new Set<string>() : selected;
  while (names.size > 0) {
    const round = await schedule({
      tasks: tasksOf(graph, names, durations, options.inOrder, isElsewhere),
      capacity,
      onFailure: options.onFailure,
      inOrder: options.inOrder,
      signal,
      settle: (name) => reproduction.settle(name),
      run: (name, signal) => reproduction.run(name, signal),
      skip,
    }).finally(() => preparation.value.planner.recorder.flush());
    for (const [name, outcome] of round) outcomes.set(name, outcome);
    const isStopped = signal.aborted || (options.onFailure === "stop" && [...round.values()].includes("failed"));
    names = isStopped ? new Set() : withDownstream(graph, reproduction.takeNeeded(), selected);
  }
  // Their jobs wait for what has failed.
  const lost = [...outcomes].filter(([, outcome]) => outcome === "skipped").map(([name]) =>
    cluster?.settle(name, undefined)
  );
  await Promise.all(lost);
  preparation.value.planner.recorder.flush();
  reproduction.tellAbsent();
  const time = Date.now();
  const ok = [...outcomes.values()].every((outcome) => outcome === "done" || outcome === "submitted");
  record({ kind: "run finished", time, seconds: (time - started) / 1000, ok });
  return { kind: "ended", outcomes };
}

/** Stages, and those of a selection that are downstream of them: what they leave may now be other than it was. */
function withDownstream(
  graph: Graph,
  names: ReadonlySet<string>,
  selected: ReadonlySet<string>,
): ReadonlySet<string> {
  const reached = new Set(names);
  for (const name of reached) {
    for (const next of graph.downstream.get(name) ?? []) if (selected.has(next)) reached.add(next);
  }
  return reached;
}

/** What a promise gives; rejects with the signal's reason as soon as that is aborted. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function tasksOf(
  graph: Graph,
  selected: ReadonlySet<string>,
  durations: Durations,
  inOrder: boolean,
  isElsewhere: (stage: Stage) => boolean,
): Task[] {
  const stages = [...graph.stages.values()].filter(({ name }) => selected.has(name));
  const tasks = stages.map((stage) => ({
    name: stage.name,
    resources: stage.resources,
    elsewhere: isElsewhere(stage),
    upstream: (graph.upstream.get(stage.name) ?? new Set()).intersection(selected),
    priority: 0,
  }));
  if (inOrder) return tasks;
  const positions = new Map(tasks.map(({ name }, position) => [name, position]));
  const paths = longestPaths(tasks, (name) => durations.expected(name, positions.get(name)!));
  return tasks.map((task) => ({ ...task, priority: paths.get(task.name) ?? 0 }));
}
