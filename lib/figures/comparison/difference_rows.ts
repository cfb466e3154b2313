import { type EndedNetwork, endedNetworks, type Estimate, type Quantity } from "./ended_network.ts";
import { withoutControls } from "../study/controls.ts";
import type { NamedStudy } from "./named_study.ts";
import { pairedEstimate, type PairedNetwork, pairedNetworks } from "./paired_networks.ts";

/** What is paired, and how the second study is held against the first. */
export const differences: readonly (readonly [quantity: Quantity, title: string, isRatio: boolean])[] = [
  ["last_layer_cdnv", "Last layer’s train CDNV, ratio", true],
  ["effective_depth_cdnv", "Effective depth by CDNV, difference", false],
  ["effective_depth_ncc", "Effective depth by NCC, difference", false],
  ["test_accuracy", "Test accuracy, difference", false],
];

/** Two studies that have networks and seeds in common. */
export interface StudyPair {
  /** Named first; the other is held against it. */
  readonly first: string;
  /** The other. */
  readonly second: string;
  /** What they share, in the order of the first. */
  readonly networks: readonly PairedNetwork[];
}

/** Which studies are held against each other: any two, or all others against the first. */
export type Pairing = "all" | "first";

/**
 * The pairs of studies that have a network and a seed in common; networks of shuffled labels that are there for comparison
 * aside.
 */
export function studyPairs(studies: readonly NamedStudy[], pairing: Pairing = "all"): StudyPair[] {
  const ended = studies.map((named): [string, EndedNetwork[]] => [
    named.name,
    endedNetworks({ ...named, study: withoutControls(named.study) }),
  ]);
  const firsts = pairing === "first" ? ended.slice(0, 1) : ended;
  return firsts.flatMap(([first, networks], index) =>
    ended.slice(index + 1).map(([second, others]) => ({ first, second, networks: pairedNetworks(networks, others) }))
  ).filter(({ networks }) => networks.length > 0);
}

/** What each quantity of a network is in the second study against the first. */
export function differencesOf(paired: PairedNetwork): readonly Estimate[] {
  return differences.map(([quantity]) => pairedEstimate(paired, quantity));
}
