import { basename, dirname, join } from "node:path";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { Resolution } from "../modules/resolution.ts";
import type { Lock } from "../store/lock.ts";
import type { LockContent } from "../store/lock_text.ts";
import type { OutRecord } from "../store/out_record.ts";
import { isStored } from "../store/outs.ts";
import type { DepRecord, StageRecord } from "../store/stage_record.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Json } from "../value.ts";
import { type Closure, closureOf } from "./closure.ts";
import { type Disk, diskOf, matchesAmong } from "./disk.ts";
import { difference } from "./difference.ts";
import { ExpectedOuts } from "./expected_outs.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { completedIdentity, type DepContent, type Identity, identityOf, type KnownIdentity } from "./identity.ts";
import { outsDifference } from "./outs_difference.ts";
import type { Evaluation, KnownResult, Plan } from "./plan.ts";
import type { Reason } from "./reason.ts";
import { Recorder } from "./recorder.ts";
import { isAlwaysChanged, isRestorable } from "./restorability.ts";
import { Spared } from "./spared.ts";
import { verifyCode } from "./verification.ts";

/** What a planner needs to know. */
export interface PlannerOptions {
  /** Where digests and results are kept. */
  readonly workspace: Workspace;
  /** Of the pipeline: its folder is the pipeline's folder. Stages that are recorded or restored are entered and written. */
  readonly lock: Lock;
  /** Closures of `run` stages' modules by absolute path, fresh from `closureOf`. */
  readonly closures: ReadonlyMap<string, Closure>;
  /** `with` as the modules' schemas parse it, by stage name; as the file has it where absent. */
  readonly descriptions?: ReadonlyMap<string, { readonly with: Json }>;
  /** What resolvers said, by stage name. */
  readonly resolutions?: ReadonlyMap<string, readonly Resolution[]>;
  /** What the commands that tell versions printed, by stage name, then by command. */
  readonly tools?: ReadonlyMap<string, { readonly [command: string]: string }>;
  /** True: a dep or out that is not on disk counts as the lock has it. */
  readonly allowMissing?: boolean;
  /** Stages whose outs may be absent until they are needed; none unless given. */
  readonly spared?: Spared;
  /** False: nothing is restored but what the lock records. */
  readonly runCache?: boolean;
  /** False: what stages leave is entered in the lock alone. */
  readonly store?: boolean;
}

/** Milliseconds for which a closure is not compared with the disk again: about as long as a stage takes to start. */
const FRESH_MS = 200;

/** Tells which stages are up to date and why not. */
export class Planner {
  readonly #workspace: Workspace;
  readonly #lock: Lock;
  readonly #closures: Map<string, Closure>;
  /** All closures that evaluations have named, by digest: a module may change while a stage runs. */
  readonly #named = new Map<string, Closure>();
  /** When closures were last compared with the disk, on the clock of `performance.now()`. */
  readonly #refreshed = new Map<string, number>();
  readonly #options: PlannerOptions;
  readonly #spared: Spared;
  /** Enters what stages left. */
  readonly recorder: Recorder;

  /** Takes what is known of the stages before any is evaluated. */
  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#workspace = options.workspace;
    this.#lock = options.lock;
    this.#spared = options.spared ?? new Spared();
    this.recorder = new Recorder({ ...options, closure: (digest) => this.#named.get(digest) });
    this.#closures = new Map();
    for (const [module, closure] of options.closures) this.#enterClosure(module, closure);
  }

  /**
   * Evaluates a stage against the disk as it is now; so to be called right before it would run.
   *
   * @param refresh false: the closures given to the planner are of just now, and need not be worked out again
   * @throws {StoreError} where a dep or out cannot be read, or the stage's module no longer resolves
   */
  async evaluate(stage: Stage, refresh = true): Promise<Evaluation> {
    if (refresh && stage.action.kind === "run") await this.#refreshClosure(stage.action.module);
    return await this.#evaluate(stage, diskOf(this.#workspace));
  }

  /** From now on the outs of stages have to be there, since others need them. */
  require(names: Iterable<string>): void {
    for (const name of names) this.#spared.require(name);
  }

  /**
   * Evaluates the selected stages together. What is downstream of a stale stage is `waiting`; a restorable or absent stage is
   * looked through, since its outs are known. An absent stage whose outs a stage needs that has to run is stale, and looked
   * through all the same.
   *
   * @throws {StoreError} where a dep or out cannot be read
   */
  async plan(graph: Graph, selection: ReadonlySet<string>): Promise<Plan> {
    while (true) {
      const plan = await this.#plan(graph, selection);
      const needed = [...plan.evaluations.values()].flatMap(({ needs = [], state, reasons }) => {
        const isToRun = state === "stale" || (state === "waiting" && reasons.some(({ kind }) => kind !== "upstream"));
        return isToRun ? needs.filter((name) => plan.evaluations.get(name)?.state === "absent") : [];
      });
      if (needed.length === 0) return plan;
      this.require(needed);
    }
  }

  async #plan(graph: Graph, selection: ReadonlySet<string>): Promise<Plan> {
    const evaluations = new Map<string, Evaluation>();
    const expected = new ExpectedOuts(this.#workspace);
    for (const [name, stage] of graph.stages) {
      if (!selection.has(name)) continue;
      const blockers = [...graph.upstream.get(name) ?? []].filter((upstream) => {
        const { state, reasons } = evaluations.get(upstream) ?? {};
        if (state === "stale" && this.#spared.isRequired(upstream)) {
          return !reasons!.every(({ kind }) => kind === "out missing");
        }
        return state === "stale" || state === "waiting";
      });
      const evaluation = blockers.length === 0 || stage.frozen
        ? await this.#evaluate(stage, expected)
        : await this.#wait(stage, blockers, expected);
      if (evaluation.state === "restorable" && evaluation.result !== undefined) {
        expected.expect(stage.outs, evaluation.result.outs);
      }
      evaluations.set(name, evaluation);
    }
    return { graph, evaluations };
  }

  /**
   * Why a stage is not the one that the lock records, its outs aside. A dep that is not on disk counts as the lock has it,
   * so that a fresh clone, which lacks what git does not keep, can tell too.
   *
   * @param lock another lock, such as that of an earlier revision
   * @throws {StoreError} where a dep cannot be read
   */
  async lockDifference(stage: Stage, lock: LockContent = this.#lock): Promise<readonly Reason[]> {
    const record = lock.stages.get(stage.name);
    if (record === undefined) return [{ kind: "never run" }];
    const { identity, missing } = await this.knownIdentity(stage);
    if (missing.length > 0) return missing.map(({ relative }) => ({ kind: "dep missing", path: relative }));
    return fingerprintOf(identity) === record.fingerprint ? [] : this.#identityDifference(stage, identity, lock);
  }

  /**
   * What a stage's fingerprint is made of, as far as it is known. A dep that is not on disk counts as the lock has it.
   *
   * @throws {StoreError} where a dep cannot be read
   */
  async knownIdentity(stage: Stage): Promise<KnownIdentity> {
    const disk = diskOf(this.#workspace);
    // The whole lock is asked only for a pattern, or what is absent, so that all stages can be looked at one by one.
    const matching: Disk["matching"] = (folder, pattern) =>
      matchesAmong([...disk.matching(folder, pattern), ...this.#recordedPaths(stage)], folder, pattern);
    return completedIdentity(
      stage,
      await this.#identity(stage, { ...disk, matching }),
      ({ relative }) => this.#recorded(stage).find(({ path }) => path === relative),
    );
  }

  /**
   * The fingerprint of a stage apart from what it reads: known before that is made.
   *
   * @throws {StoreError} where a dep cannot be read
   */
  async fingerprintApartFromDeps(stage: Stage): Promise<string> {
    const { identity } = await this.#identity(stage, diskOf(this.#workspace));
    return fingerprintOf({ ...identity, deps: [] });
  }

  /**
   * What a stage's fingerprint is made of once what the lock records is in place, whatever stands there now; a dep that is
   * neither in the lock nor on disk is missing.
   *
   * @throws {StoreError} where a dep cannot be read
   */
  async lockedIdentity(stage: Stage): Promise<KnownIdentity> {
    const outs = [...this.#lock.stages.values()].flatMap(({ outs }) => outs);
    const records = new Map(outs.map((out) => [out.path, out]));
    const disk = diskOf(this.#workspace);
    const recorded = new Set(outs.map(({ path }) => join(dirname(this.#lock.path), path)));
    const known = await this.#identity(stage, {
      digest: async (path) => recorded.has(path) ? undefined : await disk.digest(path),
      matching: (folder, pattern) => matchesAmong([...disk.matching(folder, pattern), ...recorded], folder, pattern),
    });
    return completedIdentity(stage, known, ({ relative }) => records.get(relative));
  }

  /**
   * Makes sure that a stage's code is as an evaluation found it: all of it once the stage's process has loaded it, at the
   * end what it imports on the way.
   *
   * @throws {StoreError} where it changed
   */
  async verifyCode(stage: Stage, { identity }: Evaluation, part: "all" | "lazy"): Promise<void> {
    const closure = this.#named.get(identity?.closure ?? "");
    if (closure !== undefined) await verifyCode(this.#workspace, stage, closure, part);
  }

  async #evaluate(stage: Stage, disk: Disk): Promise<Evaluation> {
    if (stage.frozen) return { stage: stage.name, state: "frozen", reasons: [] };
    const record = this.#lock.stages.get(stage.name);
    const known = await this.#identity(stage, this.#withAbsent(disk, stage));
    const { identity, missing } = completedIdentity(stage, known, (dep) => this.#assumed(dep, record));
    const lacking = [...missing.map(({ relative }) => relative), ...lackingParams(stage)];
    const needs = this.#needs(stage);
    if (lacking.length > 0) {
      const reasons = lacking.map((path): Reason => ({ kind: "dep missing", path }));
      return { stage: stage.name, state: "stale", reasons, ...needs };
    }
    const fingerprint = fingerprintOf(identity);
    const found = { stage: stage.name, fingerprint, identity, ...needs };
    if (isAlwaysChanged(stage)) return { ...found, state: "stale", reasons: [{ kind: "always changed" }] };

    const isRecorded = record?.fingerprint === fingerprint;
    const reasons = isRecorded
      ? await outsDifference(stage, record.outs, disk.digest)
      : this.#identityDifference(stage, identity);
    const isLeft = this.#options.allowMissing === true && !this.#spared.isRequired(stage.name);
    if (isRecorded && reasons.every(({ kind }) => isLeft && kind === "out missing")) {
      return reasons.length > 0 && this.#spared.has(stage.name)
        ? { ...found, state: "absent", reasons, result: record }
        : { ...found, state: "unchanged", reasons: [], result: record };
    }
    const result = this.#restorableResult(stage, fingerprint, isRecorded ? record : undefined);
    if (result !== undefined) return { ...found, state: "restorable", reasons, result };
    return isRecorded && this.#spared.has(stage.name) && reasons.every(({ kind }) => kind === "out missing")
      ? { ...found, state: "absent", reasons, result: record }
      : { ...found, state: "stale", reasons };
  }

  /** What the lock has of paths that a stage may read: all outs, and its own deps. */
  #recorded({ name }: Stage): readonly (OutRecord | DepRecord)[] {
    const { stages } = this.#lock;
    return [...[...stages.values()].flatMap(({ outs }) => outs), ...stages.get(name)?.deps ?? []];
  }

  /** The same paths, absolute. */
  #recordedPaths(stage: Stage): string[] {
    const folder = dirname(this.#lock.path);
    return this.#recorded(stage).map(({ path }) => join(folder, path));
  }

  /** The disk with the files that patterns matched when they were there, and that are absent. */
  #withAbsent(disk: Disk, stage: Stage): Disk {
    if (stage.deps.every(({ glob }) => glob === undefined)) return disk;
    const absent = this.#recordedPaths(stage).filter((path) => this.#spared.holds(path));
    if (absent.length === 0) return disk;
    return {
      ...disk,
      matching: (folder, pattern) => matchesAmong([...disk.matching(folder, pattern), ...absent], folder, pattern),
    };
  }

  /** What stands for a dep at whose path nothing is, where something may: what the lock has of it. */
  #assumed(dep: Dep, record: StageRecord | undefined): DepContent | undefined {
    const isAt = ({ path }: { readonly path: string }): boolean => path === dep.relative;
    const own = record?.deps.find(isAt);
    const makers = this.#spared.makersOf(dep);
    if (makers.length === 0) return this.#options.allowMissing ? own : undefined;
    return makers.flatMap((name) => this.#lock.stages.get(name)?.outs ?? []).find(isAt) ?? own;
  }

  /** The absent stages that would have to make what a stage reads. */
  #needs({ deps }: Stage): Pick<Evaluation, "needs"> {
    const needs = new Set(deps.flatMap((dep) => this.#spared.makersOf(dep)));
    return needs.size === 0 ? {} : { needs: [...needs] };
  }

  /** What can be said of a stage whose deps are about to change. */
  async #wait(stage: Stage, blockers: readonly string[], disk: Disk): Promise<Evaluation> {
    const { identity } = await this.#identity(stage, disk);
    const needs = this.#needs(stage);
    const own = this.#lock.stages.has(stage.name)
      ? difference(recorded(this.#lock, stage.name), this.#version(identity)).filter(({ kind }) =>
        kind !== "dep changed"
      )
      : [{ kind: "never run" } as const];
    const upstream = blockers.map((blocker): Reason => ({ kind: "upstream", stage: blocker }));
    return { stage: stage.name, state: "waiting", reasons: [...own, ...upstream], ...needs };
  }

  async #identity(stage: Stage, disk: Disk): Promise<KnownIdentity> {
    const closure = this.#closureFor(stage);
    const values = this.#options.descriptions?.get(stage.name)?.with;
    const resolutions = this.#options.resolutions?.get(stage.name);
    const tools = this.#options.tools?.get(stage.name);
    return await identityOf(stage, {
      folder: dirname(this.#lock.path),
      ...(closure === undefined ? {} : { closure }),
      ...(values === undefined ? {} : { with: values }),
      ...(resolutions === undefined ? {} : { resolutions }),
      ...(tools === undefined ? {} : { tools }),
      disk,
      environment: (name) => Deno.env.get(name),
    });
  }

  #closureFor({ action }: Stage): Closure | undefined {
    return action.kind === "run" ? this.#closures.get(action.module) : undefined;
  }

  async #refreshClosure(module: string): Promise<void> {
    const now = performance.now();
    if (now - (this.#refreshed.get(module) ?? -Infinity) < FRESH_MS) return;
    this.#refreshed.set(module, now);
    const closures = await closureOf([module], this.#workspace);
    if (!closures.ok) throw new StoreError(closures.diagnostics);
    for (const [path, closure] of closures.value) this.#enterClosure(path, closure);
  }

  #enterClosure(module: string, closure: Closure): void {
    this.#closures.set(module, closure);
    this.#named.set(closure.digest, closure);
  }

  #version(identity: Identity): Parameters<typeof difference>[1] {
    return {
      identity,
      closure: this.recorder.closureRecord(identity),
    };
  }

  #identityDifference(stage: Stage, identity: Identity, lock: LockContent = this.#lock): readonly Reason[] {
    if (!lock.stages.has(stage.name)) return [{ kind: "never run" }];
    const reasons = difference(recorded(lock, stage.name), this.#version(identity));
    return reasons.length > 0 ? reasons : [{ kind: "declaration changed" }];
  }

  /** The result that the cache holds whole: the recorded one, else one of the run cache. */
  #restorableResult(stage: Stage, fingerprint: string, record: StageRecord | undefined): KnownResult | undefined {
    const { results } = this.#workspace;
    if (this.#options.runCache === false && record === undefined) return undefined;
    const stored = isRestorable(stage) ? results.read(fingerprint) : undefined;
    if (record !== undefined && stage.outs.every(isStored) && results.hasAll(record.outs)) {
      return {
        ...(stored?.seconds === undefined ? {} : { seconds: stored.seconds }),
        outs: record.outs,
        deno: record.deno,
      };
    }
    return stored !== undefined && results.hasAll(stored.outs) ? stored : undefined;
  }
}

/** What a lock has of a stage that it knows. */
function recorded({ stages, closures }: LockContent, name: string): Parameters<typeof difference>[0] {
  const record = stages.get(name)!;
  return { record, closure: record.closure === undefined ? undefined : closures.get(record.closure) };
}

/** The params that have no value, as DVC writes them. */
function lackingParams({ params }: Stage): string[] {
  return params.filter(({ problem }) => problem !== undefined).map(({ file, key }) => `${basename(file)}:${key}`);
}
