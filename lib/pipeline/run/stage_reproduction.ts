import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { Resolution } from "../modules/resolution.ts";
import { absentOuts } from "../plan/absent_outs.ts";
import { stageOf } from "../plan/expanded_deps.ts";
import { fingerprintApartFrom, fingerprintOf } from "../plan/fingerprint.ts";
import type { Evaluation } from "../plan/plan.ts";
import { isRestorable } from "../plan/restorability.ts";
import type { Reason } from "../plan/reason.ts";
import type { Remotes } from "../remote/remotes.ts";
import type { Across } from "../stage/stage.ts";
import { isStored } from "../store/outs.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Cluster, Wanted } from "./cluster.ts";
import type { DevicePool } from "./devices.ts";
import type { Durations } from "./durations.ts";
import type { Event } from "./event.ts";
import type { Place } from "./executor.ts";
import type { Job } from "./job.ts";
import { missingDep } from "./missing_deps.ts";
import type { Preparation } from "./preparation.ts";
import { Transfer } from "./transfer.ts";

/** What it takes to reproduce stages. */
export interface StageReproductionOptions {
  /** Where results are kept; this process is its writer. */
  readonly workspace: Workspace;
  /** Absolute root of the project, for commands. */
  readonly root: string;
  /** All stages. */
  readonly graph: Graph;
  /** The checked stages. */
  readonly preparation: Preparation;
  /** What stages took before. */
  readonly durations: Durations;
  /** Run what did not change too. */
  readonly force: boolean;
  /** Run also what is right downstream of a stage that ran or was restored, whatever that left. */
  readonly forceDownstream: boolean;
  /** The start of the command that runs one stage, for messages. */
  readonly retry?: string;
  /** Asked before a stage runs; where it says no, the stage fails. */
  readonly confirm?: (stage: string) => boolean;
  /** Gets what happens. */
  readonly emit: (event: Event) => void;
  /** Asked before a stage runs. */
  readonly remotes: Remotes;
  /** Aborted: stages that run are killed at once. */
  readonly kill: AbortSignal;
  /** The GPUs of the machine. */
  readonly devices: DevicePool;
  /** Whether a stage runs on the cluster. */
  readonly isElsewhere: (stage: Stage) => boolean;
  /** Where such stages run, and where stages may still be running; absent where neither is the case. */
  readonly cluster?: Cluster;
}

/**
 * Milliseconds for which a stage need not be judged again before it runs: about as long as it takes to start. What it reads
 * and changes meanwhile drops its result, as a change does while it runs.
 */
const FRESH_MS = 100;

/** Does to one stage at a time what it needs: leaves it alone, restores it or runs it. */
export class StageReproduction {
  readonly #options: StageReproductionOptions;
  /** True once a stage has run, and so some time has passed. */
  #hasRun = false;
  /** Notes on values that were told. */
  readonly #said = new Set<string>();
  /** Why stages have to run, until they do. */
  readonly #reasons = new Map<string, readonly Reason[]>();
  /** The stage that was judged last, and when, on the clock of `performance.now()`. */
  #latest: { readonly evaluation: Evaluation; readonly time: number } | undefined;
  /** Of the stages whose outs are absent, as long as no other stage needs them. */
  readonly #absent = new Map<string, Evaluation>();
  /** Stages that run although nothing may have changed for them. */
  readonly #forced = new Set<string>();
  /** Absent stages that turned out to be needed. */
  #needed = new Set<string>();

  /** Nothing is done yet. */
  constructor(options: StageReproductionOptions) {
    this.#options = options;
  }

  /** Does without running the stage, where that is possible. One that needs absent outs is postponed until they are made. */
  async settle(name: string): Promise<"done" | "run" | "failed" | "postponed"> {
    return await this.#orFail(name, () => this.#settle(name));
  }

  /** The absent stages that turned out to be needed since the last call: they have to run before those that were postponed. */
  takeNeeded(): ReadonlySet<string> {
    const needed = this.#needed;
    this.#needed = new Set();
    for (const name of needed) this.#absent.delete(name);
    this.#options.preparation.planner.require(needed);
    return needed;
  }

  /** Tells which stages are done although outs of theirs are absent. */
  tellAbsent(): void {
    for (const [stage, evaluation] of this.#absent) {
      const outs = absentOuts(evaluation).map(({ path, size }) => ({ path, size }));
      this.#options.emit({ kind: "stage absent", time: Date.now(), stage, outs });
    }
  }

  /** Runs a stage that `settle` found stale. */
  async run(name: string, signal: AbortSignal): Promise<"done" | "failed" | "cancelled"> {
    const { devices, isElsewhere } = this.#options;
    const stage = this.#stage(name);
    const taken = isElsewhere(stage) ? [] : devices.take(stage.resources.gpus);
    try {
      return await this.#orFail(name, () => this.#run(name, signal, taken));
    } finally {
      devices.release(taken);
    }
  }

  /**
   * Submits a stage that `settle` found stale, or that reads what jobs have yet to leave, and does not wait for it.
   *
   * @param after those jobs
   * @returns the id of its job; undefined: it could not be submitted, which is told
   */
  async submit(name: string, after: readonly string[]): Promise<string | undefined> {
    const job = await this.#orFail(name, () => this.#submit(name, after));
    return job === "failed" ? undefined : job;
  }

  async #submit(name: string, after: readonly string[]): Promise<string> {
    const stage = this.#stage(name);
    const { cluster, preparation, workspace, emit, root } = this.#options;
    const evaluation = after.length === 0 ? await this.#evaluate(stage) : undefined;
    const wanted = evaluation === undefined
      ? { apart: await preparation.planner.fingerprintApartFromDeps(stage), deps: [] }
      : wantedOf(evaluation);
    const problems = [
      ...stage.deps.filter(({ relative }) => isMissing(evaluation?.reasons ?? [], relative))
        .map((dep) => missingDep(this.#options.graph, stage, dep)),
      ...stage.params.flatMap(({ problem }) => problem ?? []),
    ];
    if (cluster === undefined || wanted === undefined || problems.length > 0) throw new StoreError(problems);
    await preparation.planner.recorder.preserve(stage);
    const code = stage.action.kind === "run" ? preparation.closures.get(stage.action.module) : undefined;
    const job = await cluster.submit(
      evaluation?.identity === undefined ? stage : stageOf(stage, evaluation.identity),
      {
        ...code && { code },
        resolutions: preparation.resolutions.get(name) ?? [],
        root,
        scratch: workspace.temporary,
        ...evaluation && this.#state(evaluation),
        commit: () => Promise.reject(new Error("a later run takes the outs over")),
      },
      wanted,
      after,
    );
    emit({ kind: "stage left", time: Date.now(), stage: name, job });
    return job;
  }

  async #settle(name: string): Promise<"done" | "run" | "postponed"> {
    const stage = this.#stage(name);
    const { cluster, isElsewhere } = this.#options;
    let evaluation = await this.#evaluate(stage);
    if (cluster !== undefined) {
      const wanted = isElsewhere(stage) ? wantedOf(evaluation) : undefined;
      const job = await cluster.settle(name, wanted);
      if (job === "live") return this.#toRun(evaluation);
      if (job === "ended") evaluation = await this.#evaluate(stage);
    }
    // It may have been absent, and be stale since what it reads was made anew.
    this.#absent.delete(name);
    const time = Date.now();
    if (evaluation.state === "frozen") {
      this.#options.emit({ kind: "stage frozen", time, stage: name });
      return "done";
    }
    if (this.#options.force || this.#forced.has(name)) {
      // Anew, not from where an earlier attempt ended.
      this.#dropState(evaluation);
      return this.#toRun({ stage: name, reasons: [{ kind: "forced" }] });
    }
    if (evaluation.state === "unchanged") {
      this.#settleState(evaluation);
      if (evaluation.fingerprint !== undefined) this.#options.workspace.results.use(evaluation.fingerprint);
      this.#options.emit({ kind: "stage unchanged", time, stage: name, ...this.#seconds(name) });
      return "done";
    }
    if (evaluation.state === "restorable" && await this.#restore(stage, evaluation)) {
      this.#settleState(evaluation);
      return "done";
    }
    if (evaluation.state === "absent") {
      this.#absent.set(name, evaluation);
      return "done";
    }
    const remote = await this.#pull(stage, evaluation);
    if (remote !== undefined) {
      const now = await this.#evaluate(stage);
      if (now.state === "restorable" && await this.#restore(stage, now, remote)) {
        this.#settleState(now);
        return "done";
      }
    }
    if (evaluation.needs !== undefined) {
      for (const needed of evaluation.needs) this.#needed.add(needed);
      return "postponed";
    }
    return this.#toRun(evaluation);
  }

  async #run(name: string, signal: AbortSignal, devices: readonly string[]): Promise<"done" | "failed" | "cancelled"> {
    const stage = this.#stage(name);
    const { planner, closures } = this.#options.preparation;
    const reasons = this.#reasons.get(name)!;
    this.#reasons.delete(name);
    if (this.#options.confirm?.(name) === false) {
      return this.#fail(name, 0, [{ severity: "error", message: `${name} does not run: nobody said yes` }]);
    }
    // It may have waited for its turn, and what it reads may have changed since it was settled.
    const evaluation = { ...this.#takeLatest(name) ?? await this.#evaluate(stage), reasons };
    this.#hasRun = true;
    const missing = stage.deps.filter(({ relative }) => isMissing(evaluation.reasons, relative));
    const problems = [
      ...missing.map((dep) => missingDep(this.#options.graph, stage, dep)),
      ...stage.params.flatMap(({ problem }) => problem ?? []),
    ];
    if (problems.length > 0) return this.#fail(name, 0, problems);
    const code = stage.action.kind === "run" ? closures.get(stage.action.module) : undefined;
    const resolutions = this.#options.preparation.resolutions.get(name) ?? [];
    const granted = { ...code && { code }, resolutions };
    this.#say(resolutions);
    this.#options.emit({
      kind: "stage started",
      time: Date.now(),
      stage: name,
      reasons: evaluation.reasons,
      ...(stage.action.kind === "run" ? { sandbox: await sandboxOf(stage, granted) } : {}),
    });
    await planner.recorder.preserve(stage);
    const { execute } = await import("./executor.ts");
    const outcome = await execute(
      evaluation.identity === undefined ? stage : stageOf(stage, evaluation.identity),
      {
        ...granted,
        devices,
        root: this.#options.root,
        scratch: this.#options.workspace.temporary,
        ...this.#state(evaluation),
        loaded: () => planner.verifyCode(stage, evaluation, "all"),
        commit: async (seconds) => {
          await planner.recorder.record(stage, evaluation, seconds);
        },
        ...(this.#options.retry === undefined ? {} : { retry: this.#options.retry }),
        kill: this.#options.kill,
      },
      this.#options.emit,
      signal,
      this.#place(stage, evaluation),
    );
    if (
      outcome.kind !== "succeeded" && outcome.kind !== "left" && this.#resumes(name) !== undefined &&
      !await this.#isAsBefore(stage, evaluation)
    ) {
      this.#dropState(evaluation);
    }
    switch (outcome.kind) {
      case "succeeded":
        this.#settleState(evaluation);
        this.#forceBelow(name);
        this.#options.emit({ kind: "stage finished", time: Date.now(), stage: name, seconds: outcome.seconds });
        return "done";
      case "failed":
        return this.#fail(name, outcome.seconds, outcome.diagnostics);
      case "left":
        this.#options.emit({ kind: "stage left", time: Date.now(), stage: name, job: outcome.job });
        return "cancelled";
      case "cancelled":
        this.#options.emit({
          kind: "stage cancelled",
          time: Date.now(),
          stage: name,
          resumes: this.#hasState(evaluation),
        });
        return "cancelled";
      default:
        return outcome satisfies never;
    }
  }

  /** Where a stage runs; undefined: in processes of this machine. */
  #place(stage: Stage, evaluation: Evaluation): Place | undefined {
    const { cluster, isElsewhere } = this.#options;
    const wanted = isElsewhere(stage) ? wantedOf(evaluation) : undefined;
    return wanted === undefined ? undefined : cluster?.place(wanted);
  }

  /** Tells what values came to, each once. */
  #say(resolutions: readonly Resolution[]): void {
    for (const { path, note } of resolutions) {
      if (note === undefined || this.#said.has(note)) continue;
      this.#said.add(note);
      this.#options.emit({ kind: "value resolved", time: Date.now(), name: ["with", ...path].join("."), note });
    }
  }

  /** Evaluates a stage; throws where its code is no longer that which was checked before the run. */
  async #evaluate(stage: Stage): Promise<Evaluation> {
    const { planner, closures } = this.#options.preparation;
    const evaluation = await planner.evaluate(stage, this.#hasRun);
    const { action, name } = stage;
    const closure = evaluation.identity?.closure;
    if (action.kind === "run" && closure !== undefined && closure !== closures.get(action.module)?.digest) {
      throw new StoreError(`The code of ${name} changed since this run began`, ["Reproduce again"]);
    }
    this.#latest = { evaluation, time: performance.now() };
    return evaluation;
  }

  /** The folder that the stage keeps between attempts, where it resumes. */
  #state(evaluation: Evaluation): { state?: string } {
    const name = this.#stateName(evaluation);
    return name === undefined ? {} : { state: this.#options.workspace.states.open(name) };
  }

  /** Whether the folder holds anything. */
  #hasState(evaluation: Evaluation): boolean {
    const name = this.#stateName(evaluation);
    return name !== undefined && this.#options.workspace.states.holds(name);
  }

  /** Removes that folder where the stage is done; of one that serves runs with other values, what is spent. */
  #settleState(evaluation: Evaluation): void {
    if (this.#resumes(evaluation.stage)?.across.length === 0) return this.#dropState(evaluation);
    const name = this.#stateName(evaluation);
    if (name !== undefined) this.#options.workspace.states.dropSpent(name);
  }

  /** Removes that folder. */
  #dropState(evaluation: Evaluation): void {
    const name = this.#stateName(evaluation);
    if (name !== undefined) this.#options.workspace.states.drop(name);
  }

  #stateName({ stage, fingerprint, identity }: Evaluation): string | undefined {
    const resumes = this.#resumes(stage);
    if (resumes === undefined || identity === undefined || fingerprint === undefined) return undefined;
    return fingerprintApartFrom(identity, resumes.across);
  }

  #resumes(stage: string): Across | undefined {
    return this.#options.preparation.descriptions.get(stage)?.resumes;
  }

  /** Whether a stage that ran still is what it was judged to be; if not, nobody knows what its state was made from. */
  async #isAsBefore(stage: Stage, { fingerprint }: Evaluation): Promise<boolean> {
    try {
      return (await this.#evaluate(stage)).fingerprint === fingerprint;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return false;
    }
  }

  /** What the store cannot do for one stage is no reason to end the others. */
  async #orFail<T>(name: string, action: () => Promise<T>): Promise<T | "failed"> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return this.#fail(name, 0, error.diagnostics);
    }
  }

  #stage(name: string): Stage {
    const stage = this.#options.graph.stages.get(name);
    if (stage === undefined) throw new Error(`There is no stage ${name}`);
    return stage;
  }

  #toRun({ stage, reasons }: Pick<Evaluation, "stage" | "reasons">): "run" {
    this.#reasons.set(stage, reasons);
    return "run";
  }

  /** The evaluation of a stage, where it is of just now. */
  #takeLatest(name: string): Evaluation | undefined {
    const latest = this.#latest;
    this.#latest = undefined;
    const isFresh = latest?.evaluation.stage === name && performance.now() - latest.time < FRESH_MS;
    return isFresh ? latest.evaluation : undefined;
  }

  /** Puts the outs in place; false where the cache turns out not to have them whole. */
  async #restore(stage: Stage, evaluation: Evaluation, remote?: string): Promise<boolean> {
    const { restored, diagnostics } = await this.#options.preparation.planner.recorder.restore(stage, evaluation);
    for (const diagnostic of diagnostics) {
      this.#options.emit({ kind: "stage warning", time: Date.now(), stage: stage.name, diagnostic });
    }
    if (!restored) return false;
    this.#forceBelow(stage.name);
    const seconds = evaluation.result?.seconds;
    this.#options.emit({
      kind: "stage restored",
      time: Date.now(),
      stage: stage.name,
      reasons: evaluation.reasons,
      ...(remote === undefined ? {} : { remote }),
      ...(seconds === undefined ? this.#seconds(stage.name) : { seconds }),
    });
    return true;
  }

  /** Brings the result of a stage from a remote into the cache; the remote's name where one had it. */
  async #pull(stage: Stage, { fingerprint }: Evaluation): Promise<string | undefined> {
    const { workspace, remotes, preparation, emit } = this.#options;
    const record = preparation.lock.stages.get(stage.name);
    const isRecorded = record?.fingerprint === fingerprint && stage.outs.every(isStored);
    if (fingerprint === undefined || !(isRecorded || isRestorable(stage))) return undefined;
    const outs = isRecorded ? { outs: record!.outs } : {};
    const transfer = new Transfer(stage.name, emit);
    const wanted = { stage: stage.name, fingerprint, ...outs };
    const provided = await remotes.provide(workspace, wanted, transfer.meter);
    transfer.end(provided ?? { objects: 0, bytes: 0 });
    if (provided !== undefined && isRestorable(stage)) workspace.results.write(provided.result);
    return provided?.remote;
  }

  /** As DVC's `--force-downstream`: what reads the outs of a stage that has just made them runs, too. */
  #forceBelow(name: string): void {
    if (!this.#options.forceDownstream) return;
    for (const reader of this.#options.graph.downstream.get(name) ?? []) this.#forced.add(reader);
  }

  #seconds(name: string): { seconds?: number } {
    const seconds = this.#options.durations.get(name);
    return seconds === undefined ? {} : { seconds };
  }

  #fail(stage: string, seconds: number, diagnostics: readonly Diagnostic[]): "failed" {
    this.#options.emit({ kind: "stage failed", time: Date.now(), stage, seconds, diagnostics });
    return "failed";
  }
}

/** What a job has to be of, for its stage to be what was judged. */
function wantedOf({ fingerprint, identity }: Evaluation): Wanted | undefined {
  if (fingerprint === undefined || identity === undefined) return undefined;
  return { fingerprint, apart: fingerprintOf({ ...identity, deps: [] }), deps: identity.deps };
}

/** What holds a `run` stage, in a word or two. */
async function sandboxOf(stage: Stage, job: Pick<Job, "code" | "resolutions">): Promise<string> {
  const [{ sandboxLabel }, { stageSandbox }] = await Promise.all([
    import("../process/sandbox.ts"),
    import("./module_run.ts"),
  ]);
  return sandboxLabel(await stageSandbox(stage, job));
}

function isMissing(reasons: readonly Reason[], path: string): boolean {
  return reasons.some((reason) => reason.kind === "dep missing" && reason.path === path);
}
