import { type LockContent, lockText, stageBlock } from "./lock_text.ts";
import type { StageRecord } from "./stage_record.ts";

/** A lock of two that come from one. */
export interface MergedLock extends LockContent {
  /** The stages that both sides changed, each otherwise, by name; they are not among the stages. */
  readonly conflicts: ReadonlyMap<string, Conflict>;
}

/** A stage that both sides changed; absent where a side removed it. */
export interface Conflict {
  /** The side into which is merged. */
  readonly ours?: StageRecord;
  /** The other one. */
  readonly theirs?: StageRecord;
}

/** Merges two locks stage by stage: what one side alone changed is taken over from it. */
export function mergeLocks(base: LockContent, ours: LockContent, theirs: LockContent): MergedLock {
  const stages = new Map<string, StageRecord>();
  const conflicts = new Map<string, Conflict>();
  for (const name of new Set([...ours.stages.keys(), ...theirs.stages.keys()])) {
    const [before, our, their] = [base, ours, theirs].map((lock) => lock.stages.get(name));
    const [wasText, ourText, theirText] = [before, our, their].map((record) => record && stageBlock(name, record));
    if (ourText !== theirText && ourText !== wasText && theirText !== wasText) {
      conflicts.set(name, { ...our && { ours: our }, ...their && { theirs: their } });
      continue;
    }
    const taken = ourText === wasText ? their : our;
    if (taken !== undefined) stages.set(name, taken);
  }
  const used = new Set([
    ...stages.values(),
    ...conflicts.values().flatMap(({ ours, theirs }) => [ours, theirs]),
  ].map((record) => record?.closure));
  const closures = [...ours.closures, ...theirs.closures].filter(([digest]) => used.has(digest));
  return { stages, closures: new Map(closures), conflicts };
}

/** The text of a merged lock, conflicts between git's marks. */
export function mergedLockText({ stages, closures, conflicts }: MergedLock): string {
  const block = (name: string, record: StageRecord | undefined): string =>
    record === undefined ? "" : stageBlock(name, record);
  return lockText(
    new Map([
      ...[...stages].map(([name, record]) => [name, stageBlock(name, record)] as const),
      ...[...conflicts].map(([name, { ours, theirs }]) =>
        [name, `<<<<<<< ours\n${block(name, ours)}=======\n${block(name, theirs)}>>>>>>> theirs\n`] as const
      ),
    ]),
    closures,
  );
}
