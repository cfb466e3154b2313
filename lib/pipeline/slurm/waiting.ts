import type { QueueEntry } from "./client.ts";

/** What Slurm's words for why a job waits mean; those that begin so. */
const MEANINGS: readonly (readonly [begin: string, meaning: string])[] = [
  ["Resources", "suitable nodes are busy"],
  ["Priority", "jobs of higher priority come first"],
  ["DependencyNeverSatisfied", "a job that has to end well first has failed"],
  ["Dependency", "a job that has to end well first has not ended"],
  ["Nodes required for job are DOWN", "suitable nodes are down, drained or reserved"],
  ["ReqNodeNotAvail", "suitable nodes are down, drained or reserved"],
  ["NodeDown", "a node is down"],
  ["JobHeld", "somebody holds it back, and `scontrol release` lets it go"],
  ["BeginTime", "it is too early"],
  ["Licenses", "the licenses are taken"],
  ["Reservation", "the reservation has not begun"],
  ["PartitionDown", "the partition is down"],
  ["PartitionInactive", "the partition is closed"],
  ["PartitionTimeLimit", "resources.time is above what the partition allows"],
  ["PartitionNodeLimit", "the partition allows fewer nodes"],
  ["QOS", "a limit of the quality of service is reached"],
  ["Assoc", "a limit of the account is reached"],
  ["JobArrayTaskLimit", "as many tasks of the array run as may"],
];

/** Why a job waits, for people: what Slurm's word means, where that is known, and the word. */
export function waitText(reason: string): string {
  const meaning = MEANINGS.find(([begin]) => reason.startsWith(begin))?.[1];
  return meaning === undefined ? reason : `${meaning} (${reason})`;
}

/** Milliseconds for which a job has to wait for the same reason before that is told: most begin sooner. */
const PATIENCE = 5000;

/** What became of jobs that wait. */
export interface WaitingNews {
  /** Stages whose jobs have been waiting for a while, by Slurm's word for the reason. */
  readonly waiting: ReadonlyMap<string, readonly string[]>;
  /** Stages of which that was told, and whose jobs have begun. */
  readonly begun: readonly string[];
}

/** `part@2` comes before `part@10`. */
const collator = new Intl.Collator("en", { numeric: true });

interface Wait {
  readonly reason: string;
  readonly since: number;
  readonly isTold: boolean;
}

/** Knows why jobs wait, and what of it has been told. */
export class WaitingJobs {
  readonly #waits = new Map<string, Wait>();

  /**
   * Takes note of what Slurm says of jobs.
   *
   * @param entries by stage
   * @param now milliseconds
   * @returns what is new of it
   */
  update(entries: ReadonlyMap<string, QueueEntry>, now: number): WaitingNews {
    const waiting = new Map<string, string[]>();
    const begun: string[] = [];
    for (const [stage, { state, reason }] of entries) {
      const before = this.#waits.get(stage);
      if (state !== "PENDING") {
        this.#waits.delete(stage);
        if (state === "RUNNING" && before?.isTold) begun.push(stage);
        continue;
      }
      // Nothing is known of it yet.
      if (reason === "None") continue;
      const isSame = before?.reason === reason;
      const since = isSame ? before.since : now;
      const isTold = isSame && (before.isTold || now - since >= PATIENCE);
      if (isTold && !before?.isTold) waiting.set(reason, [...waiting.get(reason) ?? [], stage]);
      this.#waits.set(stage, { reason, since, isTold });
    }
    for (const stages of waiting.values()) stages.sort(collator.compare);
    return { waiting, begun };
  }
}
