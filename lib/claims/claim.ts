import type { PaperSetting } from "./paper/settings.ts";
import type { Run } from "./run.ts";

/** What one network and seed, or one family of networks and seed, says of a claim. */
export type Verdict = "holds" | "undecided" | "fails";

/** A claim held against one subject as it came out of one seed. */
export interface Judgement {
  /** A network, as "Depth 8", or networks that are compared, as "All depths"; the same for all seeds. */
  readonly subject: string;
  /** What the weights and the order of images came from. */
  readonly seed: number;
  /** Undecided where the study's networks leave both possible. */
  readonly verdict: Verdict;
  /** How far from the threshold, in the claim's unit; not negative where it holds, negative where it fails. */
  readonly margin: number;
  /** What was found, with its numbers: a clause without a full stop. */
  readonly observed: string;
  /** The numbers it was judged by. */
  readonly evidence: Evidence;
}

/** Numbers by name; null where one has no value. */
export type Evidence = Readonly<Record<string, number | string | null | readonly (number | null)[]>>;

/** A claim of the paper as a check over the tables of a study. */
export interface Claim {
  /** Unique, as `effective-depth-constant`; does not change once published. */
  readonly name: string;
  /** What is claimed, in our words and no stronger than there. */
  readonly statement: string;
  /** Where in the paper. */
  readonly source: string;
  /** The settings in which the paper shows it: what a study is compared with, that of its own kind of model first of all. */
  readonly settings: readonly PaperSetting[];
  /** What a measurement must reach for the claim to hold. */
  readonly threshold: string;
  /** Why that and not another. */
  readonly reason: string;
  /** What margins are counted in. */
  readonly unit: string;
  /** What a study must have to be judged by it; said where it has not. */
  readonly needs: string;
  /** A judgement a subject and seed; none where the study has not what the claim needs. */
  readonly judge: (runs: readonly Run[]) => readonly Judgement[];
}

/** Holds from a margin of 0 on. */
export function verdictOf(margin: number): Verdict {
  return margin >= 0 ? "holds" : "fails";
}

/** A number in three significant digits, as it stands in an observation. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
