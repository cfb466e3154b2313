import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import type { ClosureRecord } from "../store/lock_text.ts";
import { keepLock, type Lock, writeLock } from "../store/lock.ts";
import { PacedWriter } from "../store/paced_writer.ts";
import { commitOuts, restoreOuts } from "../store/outs.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { StageRecord } from "../store/stage_record.ts";
import type { Workspace } from "../store/workspace.ts";
import { type Closure, closureRecord } from "./closure.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Identity } from "./identity.ts";
import { outsDifference } from "./outs_difference.ts";
import type { Evaluation, KnownResult } from "./plan.ts";
import { isRestorable } from "./restorability.ts";
import { verifyCode, verifyDeps } from "./verification.ts";

/** What a recorder needs to know. */
export interface RecorderOptions {
  /** Where contents and results are kept. */
  readonly workspace: Workspace;
  /** Of the pipeline; stages are entered and it is written. */
  readonly lock: Lock;
  /** The closure of a digest that an evaluation has named. */
  readonly closure: (digest: string) => Closure | undefined;
  /** False: outs are hashed and entered in the lock, but their contents are not kept. */
  readonly store?: boolean;
}

/** Keeps what stages left, and puts it back. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #lockWriter: PacedWriter;
  #isKept = true;

  /** Nothing is entered yet. */
  constructor(options: RecorderOptions) {
    this.#options = options;
    const { lock, workspace } = options;
    this.#lockWriter = new PacedWriter(() => writeLock(lock, workspace.temporary));
  }

  /** Writes what the lock file does not have yet: to be called once all is entered, however that ended. */
  flush(): void {
    this.#lockWriter.flush();
    if (this.#isKept) return;
    keepLock(this.#options.lock, this.#options.workspace.index);
    this.#isKept = true;
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
    const { workspace, lock, closure, store = true } = this.#options;
    await verifyDeps(workspace, stage, identity, dirname(lock.path));
    const before = closure(identity.closure ?? "");
    if (before !== undefined) await verifyCode(workspace, stage, before, "lazy");
    const outs = await commitOuts(workspace, stage.outs, store);
    const result = { outs, deno: Deno.version.deno, ...(seconds === undefined ? {} : { seconds }) };
    if (store) this.#enterResult(stage, fingerprint, result);
    // What is in the run cache is not lost with the lock.
    return this.#enterLock(stage, fingerprint, identity, result, !store || !isRestorable(stage));
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
    const { workspace, lock } = this.#options;
    const restoration = await restoreOuts(workspace, stage.outs, result.outs);
    if (restoration.restored) {
      if (workspace.results.read(fingerprint) === undefined) this.#enterResult(stage, fingerprint, result);
      else workspace.results.use(fingerprint);
      if (lock.stages.get(stage.name)?.fingerprint !== fingerprint) {
        this.#enterLock(stage, fingerprint, identity, result, false);
      }
    }
    return restoration;
  }

  /**
   * Makes sure, before a stage runs again, that what it left the last time can be restored: after a fresh clone, say, the
   * outs are on disk but not in the cache.
   */
  async preserve(stage: Stage): Promise<void> {
    const { workspace, lock } = this.#options;
    const record = lock.stages.get(stage.name);
    if (record === undefined || !isRestorable(stage)) return;
    const { results, digests } = workspace;
    if (results.read(record.fingerprint) !== undefined && results.hasAll(record.outs)) return;
    const reasons = await outsDifference(stage, record.outs, (path) => digests.digest(path));
    if (reasons.length > 0 || record.outs.length !== stage.outs.length) return;
    const outs = await commitOuts(workspace, stage.outs);
    this.#enterResult(stage, record.fingerprint, { outs, deno: record.deno });
  }

  /** What the lock keeps of the closure that an identity names. */
  closureRecord({ closure }: Identity): ClosureRecord | undefined {
    const named = closure === undefined ? undefined : this.#options.closure(closure);
    return named === undefined ? undefined : closureRecord(named);
  }

  /** Enters a stage that was run elsewhere, whose outs are stored, in the run cache and in the lock. */
  enter(stage: Stage, identity: Identity, outs: readonly OutRecord[]): StageRecord {
    const fingerprint = fingerprintOf(identity);
    const result = { outs, deno: Deno.version.deno };
    this.#enterResult(stage, fingerprint, result);
    return this.#enterLock(stage, fingerprint, identity, result, false);
  }

  #enterLock(
    stage: Stage,
    fingerprint: string,
    identity: Identity,
    { outs, deno }: KnownResult,
    urgent: boolean,
  ): StageRecord {
    const { lock } = this.#options;
    const record: StageRecord = {
      fingerprint,
      deno,
      ...identity,
      outs: outs.toSorted((one, other) => one.path < other.path ? -1 : 1),
    };
    const closure = this.closureRecord(identity);
    if (identity.closure !== undefined && closure !== undefined) lock.closures.set(identity.closure, closure);
    lock.stages.set(stage.name, record);
    this.#isKept = false;
    this.#lockWriter.changed(urgent);
    return record;
  }

  #enterResult(stage: Stage, fingerprint: string, { outs, deno, seconds }: KnownResult): void {
    if (!isRestorable(stage)) return;
    this.#options.workspace.results.write({
      schema: 1,
      fingerprint,
      stage: stage.name,
      deno,
      ...(seconds === undefined ? {} : { seconds }),
      outs,
    });
  }
}
