import { networkKey, networksOf } from "../figures/study/network.ts";
import { groupBy } from "../figures/study/seeds.ts";
import { interpolation } from "../figures/study/summary.ts";
import type { Run } from "./run.ts";

/** Networks of one seed that differ in one respect alone. */
export interface Family {
  /** What they share and other families of the study do not; the same for all seeds. */
  readonly subject: string;
  /** Their seed. */
  readonly seed: number;
  /** At least two, ascending in what they differ in. */
  readonly runs: readonly Run[];
}

/** Networks that differ in depth alone. */
export function depthFamilies(runs: readonly Run[]): Family[] {
  return families(runs, "depth", "All depths");
}

/** Networks that differ in the share of label noise alone. */
export function noiseFamilies(runs: readonly Run[]): Family[] {
  return families(runs, "labelNoise", "All shares of label noise");
}

/** From which to which depth the least that interpolates may lie. */
export interface MinimalDepth {
  /** One more than the greatest depth below that was trained and does not interpolate. */
  readonly from: number;
  /** The least trained depth that interpolates. */
  readonly to: number;
}

/** What a family says of the least depth that interpolates the train set; undefined where none of them does. */
export function minimalDepth({ runs }: Family): MinimalDepth | undefined {
  const at = runs.findIndex(({ trainAccuracy }) => (trainAccuracy ?? 0) >= interpolation);
  if (at === -1) return undefined;
  return { from: (runs[at - 1]?.identity.depth ?? 0) + 1, to: runs[at]!.identity.depth };
}

/** "2", or "1 or 2", or "1 to 4" where depths between were not trained. */
export function minimalDepthText({ from, to }: MinimalDepth): string {
  if (from === to) return String(to);
  return from + 1 === to ? `${from} or ${to}` : `${from} to ${to}`;
}

function families(runs: readonly Run[], respect: "depth" | "labelNoise", all: string): Family[] {
  // What they differ in has one value in the key, so that it neither parts them nor enters the label.
  const shared = (run: Run) => ({ ...run.identity, [respect]: 0 });
  const networks = networksOf(runs.map(shared));
  const label = (run: Run) => networks.find((network) => networkKey(network) === networkKey(shared(run)))!.label;
  return groupBy(runs, (run) => JSON.stringify([networkKey(shared(run)), run.identity.seed]))
    .filter((group) => group.length > 1)
    .map((group) => ({
      subject: networks.length === 1 ? all : label(group[0]!),
      seed: group[0]!.identity.seed,
      runs: group.toSorted((a, b) => a.identity[respect] - b.identity[respect]),
    }));
}
