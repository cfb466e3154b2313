import { dirname } from "node:path";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import type { Resolution } from "../modules/resolution.ts";
import type { PathDigest } from "../store/digests.ts";
import { type Lock, writeLock } from "../store/lock.ts";
import type { ClosureRecord } from "../store/lock_text.ts";
import type { OutRecord } from "../store/out_record.ts";
import { commitOuts, isStored, restoreOuts } from "../store/outs.ts";
import type { StageRecord } from "../store/stage_record.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Json } from "../value.ts";
import { type Closure, closureOf, closureRecord } from "./closure.ts";
import { difference } from "./difference.ts";
import { ExpectedOuts } from "./expected_outs.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { completedIdentity, type Identity, identityOf, type KnownIdentity } from "./identity.ts";
import type { Evaluation, KnownResult, Plan } from "./plan.ts";
import type { Reason } from "./reason.ts";
import { verifyCode, verifyDeps } from "./verification.ts";

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
}

/** Milliseconds for which a closure is not compared with the disk again: about as long as a stage takes to start. */
const FRESH_MS = 200;

/** Tells which stages are up to date and why not, and keeps the record of what was run. */
export class Planner {
  readonly #workspace: Workspace;
  readonly #lock: Lock;
  readonly #closures: Map<string, Closure>;
  /** All closures that evaluations have named, by digest: a module may change while a stage runs. */
  readonly #named = new Map<string, Closure>();
  /** When closures were last compared with the disk, on the clock of `performance.now()`. */
  readonly #refreshed = new Map<string, number>();
  readonly #options: PlannerOptions;

  /** Takes what is known of the stages before any is evaluated. */
  constructor(options: PlannerOptions) {
    this.#options = options;
    this.#workspace = options.workspace;
    this.#lock = options.lock;
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
    return await this.#evaluate(stage, (path) => this.#workspace.digests.digest(path));
  }

  /**
   * Evaluates the selected stages together. What is downstream of a stale stage is `waiting`; a restorable stage is looked
   * through, since its outs are known.
   *
   * @throws {StoreError} where a dep or out cannot be read
   */
  async plan(graph: Graph, selection: ReadonlySet<string>): Promise<Plan> {
    const evaluations = new Map<string, Evaluation>();
    const expected = new ExpectedOuts(this.#workspace);
    for (const [name, stage] of graph.stages) {
      if (!selection.has(name)) continue;
      const blockers = [...graph.upstream.get(name) ?? []].filter((upstream) => {
        const state = evaluations.get(upstream)?.state;
        return state === "stale" || state === "waiting";
      });
      const evaluation = blockers.length === 0 || stage.frozen
        ? await this.#evaluate(stage, (path) => expected.digest(path))
        : await this.#wait(stage, blockers, (path) => expected.digest(path));
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
   * @throws {StoreError} where a dep cannot be read
   */
  async lockDifference(stage: Stage): Promise<readonly Reason[]> {
    const record = this.#lock.stages.get(stage.name);
    if (record === undefined) return [{ kind: "never run" }];
    const outs = [...this.#lock.stages.values()].flatMap((other) => other.outs);
    const { identity, missing } = completedIdentity(
      stage,
      await this.#identity(stage, (path) => this.#workspace.digests.digest(path)),
      ({ relative }) => [...outs, ...record.deps].find(({ path }) => path === relative),
    );
    if (missing.length > 0) return missing.map(({ relative }) => ({ kind: "dep missing", path: relative }));
    return fingerprintOf(identity) === record.fingerprint ? [] : this.#identityDifference(stage, identity);
  }

  /**
   * Takes over what a stage left under an evaluation from before it ran: stores the outs, then enters the result in the run
   * cache and in the lock.
   *
   * @param seconds how long it ran
   * @throws {StoreError} where an out is missing, or a dep changed while the stage ran, so that nobody knows what it read
   */
  async record(stage: Stage, evaluation: Evaluation, seconds?: number): Promise<StageRecord> {
    const { identity, fingerprint } = evaluation;
    if (identity === undefined || fingerprint === undefined) {
      throw new Error(`${stage.name} cannot be recorded: its fingerprint was not known`);
    }
    await verifyDeps(this.#workspace, stage, identity);
    await this.verifyCode(stage, evaluation, "lazy");
    const outs = await commitOuts(this.#workspace, stage.outs);
    const result = { outs, deno: Deno.version.deno, ...(seconds === undefined ? {} : { seconds }) };
    this.#enterResult(stage, fingerprint, result);
    return this.#enterLock(stage, fingerprint, identity, result);
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

  /**
   * Puts the outs of a restorable stage in place and enters it in the lock. Where a blob turns out to be missing or damaged
   * nothing is changed, the diagnostics (warnings) say so, and the stage has to be evaluated again.
   */
  async restore(
    stage: Stage,
    evaluation: Evaluation,
  ): Promise<{ readonly restored: boolean; readonly diagnostics: readonly Diagnostic[] }> {
    const { identity, fingerprint, result } = evaluation;
    if (identity === undefined || fingerprint === undefined || result === undefined) {
      throw new Error(`${stage.name} cannot be restored: its state is ${evaluation.state}`);
    }
    const restoration = await restoreOuts(this.#workspace, stage.outs, result.outs);
    if (restoration.restored) {
      if (this.#workspace.results.read(fingerprint) === undefined) this.#enterResult(stage, fingerprint, result);
      if (this.#lock.stages.get(stage.name)?.fingerprint !== fingerprint) {
        this.#enterLock(stage, fingerprint, identity, result);
      }
    }
    return restoration;
  }

  /**
   * Makes sure, before a stage runs again, that what it left the last time can be restored: after a fresh clone, say, the
   * outs are on disk but not in the cache.
   */
  async preserve(stage: Stage): Promise<void> {
    const record = this.#lock.stages.get(stage.name);
    if (record === undefined || !isRestorable(stage)) return;
    const { results, digests } = this.#workspace;
    if (results.read(record.fingerprint) !== undefined && results.hasAll(record.outs)) return;
    const reasons = await this.#outsDifference(stage, record.outs, (path) => digests.digest(path));
    if (reasons.length > 0 || record.outs.length !== stage.outs.length) return;
    const outs = await commitOuts(this.#workspace, stage.outs);
    this.#enterResult(stage, record.fingerprint, { outs, deno: record.deno });
  }

  async #evaluate(stage: Stage, digest: DigestOf): Promise<Evaluation> {
    if (stage.frozen) return { stage: stage.name, state: "frozen", reasons: [] };
    const { identity, missing } = await this.#identity(stage, digest);
    if (missing.length > 0) {
      const reasons = missing.map(({ relative }): Reason => ({ kind: "dep missing", path: relative }));
      return { stage: stage.name, state: "stale", reasons };
    }
    const fingerprint = fingerprintOf(identity);
    const known = { stage: stage.name, fingerprint, identity };
    if (isAlwaysChanged(stage)) return { ...known, state: "stale", reasons: [{ kind: "always changed" }] };

    const record = this.#lock.stages.get(stage.name);
    const isRecorded = record?.fingerprint === fingerprint;
    const reasons = isRecorded
      ? await this.#outsDifference(stage, record.outs, digest)
      : this.#identityDifference(stage, identity);
    if (isRecorded && reasons.length === 0) {
      return { ...known, state: "unchanged", reasons, result: record };
    }
    const result = this.#restorableResult(stage, fingerprint, isRecorded ? record : undefined);
    return result === undefined
      ? { ...known, state: "stale", reasons }
      : { ...known, state: "restorable", reasons, result };
  }

  /** What can be said of a stage whose deps are about to change. */
  async #wait(stage: Stage, blockers: readonly string[], digest: DigestOf): Promise<Evaluation> {
    const { identity } = await this.#identity(stage, digest);
    const own = this.#lock.stages.has(stage.name)
      ? difference(this.#recorded(stage.name), this.#version(identity)).filter(({ kind }) => kind !== "dep changed")
      : [{ kind: "never run" } as const];
    const upstream = blockers.map((blocker): Reason => ({ kind: "upstream", stage: blocker }));
    return { stage: stage.name, state: "waiting", reasons: [...own, ...upstream] };
  }

  async #identity(stage: Stage, digest: DigestOf): Promise<KnownIdentity> {
    const closure = this.#closureFor(stage);
    const values = this.#options.descriptions?.get(stage.name)?.with;
    const resolutions = this.#options.resolutions?.get(stage.name);
    return await identityOf(stage, {
      folder: dirname(this.#lock.path),
      ...(closure === undefined ? {} : { closure }),
      ...(values === undefined ? {} : { with: values }),
      ...(resolutions === undefined ? {} : { resolutions }),
      digest: ({ path }: Dep) => digest(path),
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

  #recordOf({ closure }: Identity): ClosureRecord | undefined {
    const named = closure === undefined ? undefined : this.#named.get(closure);
    return named === undefined ? undefined : closureRecord(named);
  }

  #recorded(name: string): Parameters<typeof difference>[0] {
    const record = this.#lock.stages.get(name)!;
    return { record, closure: record.closure === undefined ? undefined : this.#lock.closures.get(record.closure) };
  }

  #version(identity: Identity): Parameters<typeof difference>[1] {
    return {
      identity,
      closure: this.#recordOf(identity),
    };
  }

  #identityDifference(stage: Stage, identity: Identity): readonly Reason[] {
    if (!this.#lock.stages.has(stage.name)) return [{ kind: "never run" }];
    const reasons = difference(this.#recorded(stage.name), this.#version(identity));
    return reasons.length > 0 ? reasons : [{ kind: "declaration changed" }];
  }

  /** How the outs at their places differ from the recorded ones. */
  async #outsDifference(stage: Stage, records: readonly OutRecord[], digest: DigestOf): Promise<readonly Reason[]> {
    const reasons: Reason[] = [];
    for (const { path, relative } of stage.outs) {
      const record = records.find((candidate) => candidate.path === relative);
      const found = await digest(path);
      if (found === undefined) reasons.push({ kind: "out missing", path: relative });
      else if (record?.kind !== found.kind || record.sha256 !== found.sha256) {
        reasons.push({ kind: "out changed", path: relative, change: record === undefined ? "added" : "changed" });
      }
    }
    return reasons;
  }

  /** The result that the cache holds whole: the recorded one, else one of the run cache. */
  #restorableResult(stage: Stage, fingerprint: string, record: StageRecord | undefined): KnownResult | undefined {
    const { results } = this.#workspace;
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

  #enterResult(stage: Stage, fingerprint: string, { outs, deno, seconds }: KnownResult): void {
    if (!isRestorable(stage)) return;
    this.#workspace.results.write({
      schema: 1,
      fingerprint,
      stage: stage.name,
      deno,
      ...(seconds === undefined ? {} : { seconds }),
      outs,
    });
  }

  #enterLock(stage: Stage, fingerprint: string, identity: Identity, { outs, deno }: KnownResult): StageRecord {
    const record: StageRecord = {
      fingerprint,
      deno,
      ...identity,
      outs: outs.toSorted((one, other) => one.path < other.path ? -1 : 1),
    };
    const closure = this.#recordOf(identity);
    if (identity.closure !== undefined && closure !== undefined) this.#lock.closures.set(identity.closure, closure);
    this.#lock.stages.set(stage.name, record);
    writeLock(this.#lock, this.#workspace.temporary);
    return record;
  }
}

type DigestOf = (path: string) => Promise<PathDigest | undefined>;

/** As DVC has it: by wish, or because nothing tells when it is up to date. */
function isAlwaysChanged({ action, alwaysChanged, deps, params, outs }: Stage): boolean {
  return alwaysChanged || (action.kind === "cmd" && deps.length + params.length + outs.length === 0);
}

/**
 * Whether the run cache serves a stage. As in DVC it does not where the outs are not all stored, where the stage finds what
 * it left the last time, or where a command says of nothing that it depends on it.
 */
function isRestorable(stage: Stage): boolean {
  const { action, deps, params, outs } = stage;
  return !isAlwaysChanged(stage) && outs.length > 0 && outs.every((out) => isStored(out) && !out.persist) &&
    (action.kind === "run" || deps.length + params.length > 0);
}
