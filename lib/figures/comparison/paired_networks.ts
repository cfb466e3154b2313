import { differenceInterval, ratioInterval } from "../study/intervals.ts";
import { arithmeticSpread, geometricSpread } from "../study/seeds.ts";
import { type Network, networkKey } from "../study/network.ts";
import { type EndedNetwork, type Estimate, estimate, quantities, type Quantity } from "./ended_network.ts";

/** A network that two studies have, with at least one seed that both have. */
export interface PairedNetwork {
  /** Of the study that is named first. */
  readonly first: EndedNetwork;
  /** Of the other. */
  readonly second: EndedNetwork;
  /** That both have, ascending. */
  readonly seeds: readonly number[];
  /** What else than the study they differ in, as "epochs 20 and 500"; may be empty. */
  readonly differs: readonly string[];
}

/**
 * The networks that two studies share: of the same data set, model, depth, width and label noise, with a seed in common.
 * Where one of them has several that differ in other settings, these must be the same too; else such settings are what the
 * studies differ in, as two readings of the paper do.
 */
export function pairedNetworks(first: readonly EndedNetwork[], second: readonly EndedNetwork[]): PairedNetwork[] {
  return first.flatMap((one) => {
    const alike = (ended: EndedNetwork) => sizeKey(ended.network) === sizeKey(one.network);
    const candidates = second.filter(alike);
    const same = candidates.find(({ network }) => networkKey(network) === networkKey(one.network));
    const other = same ?? (candidates.length === 1 && first.filter(alike).length === 1 ? candidates[0] : undefined);
    const seeds = one.network.seeds.filter((seed) => other?.network.seeds.includes(seed));
    if (other === undefined || seeds.length === 0) return [];
    return [{ first: one, second: other, seeds, differs: differences(one, other) }];
  });
}

/**
 * What a quantity is in the second study against the first, over the seeds of both: the ratio of CDNV (its geometric mean), else
 * the difference.
 */
export function pairedEstimate({ first, second, seeds }: PairedNetwork, quantity: Quantity): Estimate {
  const values = ({ network, values }: EndedNetwork) =>
    seeds.map((seed) => values[quantity][network.seeds.indexOf(seed)] ?? null);
  const [before, after] = [values(first), values(second)];
  const isRatio = quantities[quantity] === "log10";
  const pairs = after.map((value, index) => {
    const base = before[index] ?? null;
    if (value === null || base === null) return null;
    return isRatio ? (base > 0 ? value / base : null) : value - base;
  });
  return isRatio
    ? estimate(geometricSpread(pairs).value, ratioInterval(after, before))
    : estimate(arithmeticSpread(pairs, [-Infinity, Infinity]).value, differenceInterval(after, before));
}

function sizeKey(network: Network): string {
  return networkKey({ ...network, variant: "" });
}

function differences(first: EndedNetwork, second: EndedNetwork): string[] {
  const settings = ({ network }: EndedNetwork) => network.variant || "the usual settings";
  return [
    ...first.epochs === second.epochs ? [] : [`epochs ${first.epochs ?? "unknown"} and ${second.epochs ?? "unknown"}`],
    ...first.network.variant === second.network.variant ? [] : [`${settings(first)} and ${settings(second)}`],
  ];
}
