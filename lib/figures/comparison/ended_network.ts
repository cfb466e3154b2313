import { depthVerdicts } from "../study/depth_verdict.ts";
import { geometricInterval, meanInterval } from "../study/intervals.ts";
import { type Network, networkCells, networkColumns } from "../study/network.ts";
import { arithmeticSpread, geometricSpread } from "../study/seeds.ts";
import { summaryRows } from "../study/summary.ts";
import type { NamedStudy } from "./named_study.ts";

/** What is compared between studies, by its column in `summary.csv`, and how it is averaged over seeds. */
export const quantities = {
  train_accuracy: "linear",
  test_accuracy: "linear",
  last_layer_cdnv: "log10",
  last_layer_test_cdnv: "log10",
  effective_depth_cdnv: "linear",
  effective_depth_ncc: "linear",
} as const;

/** One of what is compared. */
export type Quantity = keyof typeof quantities;

/** A network of a study at the end of its training. */
export interface EndedNetwork {
  /** The study's name. */
  readonly study: string;
  /** With its seeds. */
  readonly network: Network;
  /** Of the seed that was trained for longest; null where it has no history. */
  readonly epochs: number | null;
  /** A value a seed, in the order of the network's; null where it was not measured, or has none. */
  readonly values: Readonly<Record<Quantity, readonly (number | null)[]>>;
  /** In how many seeds no layer meets the definition of the effective depth. */
  readonly none: Readonly<Partial<Record<Quantity, number>>>;
}

/** A mean over seeds, geometric for CDNV. */
export interface Estimate {
  /** Of one seed, its value; null where one has none. */
  readonly estimate: number | null;
  /** The lower end of the interval; null with it, or where one seed says nothing of it. */
  readonly low: number | null;
  /** The upper end. */
  readonly high: number | null;
}

/** The networks of a study at the end of their training, in the study's order. */
export function endedNetworks({ name, study }: NamedStudy): EndedNetwork[] {
  const rows = summaryRows(study);
  const verdicts = depthVerdicts(study);
  return study.networks.map((network) => {
    const cells = networkCells(network);
    const own = rows.filter((row) => networkColumns.every((column) => row[column] === cells[column]));
    const bySeed = network.seeds.map((seed) => own.find((row) => row.seed === seed));
    const number = (value: number | string | null | undefined) => typeof value === "number" ? value : null;
    const values = (quantity: Quantity) => bySeed.map((row) => number(row?.[quantity]));
    const none = (definition: "cdnv" | "ncc") =>
      verdicts.filter((verdict) =>
        verdict.network === network.label && verdict.definition === definition && verdict.trained === null
      ).length;
    const epochs = bySeed.map((row) => number(row?.epochs)).filter((value) => value !== null);
    return {
      study: name,
      network,
      epochs: epochs.length === 0 ? null : Math.max(...epochs),
      values: Object.fromEntries(
        (Object.keys(quantities) as Quantity[]).map((quantity) => [quantity, values(quantity)]),
      ) as Record<Quantity, (number | null)[]>,
      none: { effective_depth_cdnv: none("cdnv"), effective_depth_ncc: none("ncc") },
    };
  });
}

/**
 * The mean over seeds of a quantity, with Student's interval, of two seeds too; it is cut off where the quantity cannot lie: an
 * accuracy from 0 to 1, an effective depth from none to all layers.
 */
export function estimateOf({ network, values }: EndedNetwork, quantity: Quantity): Estimate {
  const list = values[quantity];
  if (quantities[quantity] === "log10") return estimate(geometricSpread(list).value, geometricInterval(list));
  const [least, greatest] = [0, quantity.endsWith("accuracy") ? 1 : network.depth];
  const interval = meanInterval(list);
  return estimate(
    arithmeticSpread(list, [least, greatest]).value,
    interval && { low: Math.max(least, interval.low), high: Math.min(greatest, interval.high) },
  );
}

/** An estimate of a mean and its interval, if it has one. */
export function estimate(mean: number | null, interval: Omit<Estimate, "estimate"> | null): Estimate {
  return { estimate: mean, low: interval?.low ?? null, high: interval?.high ?? null };
}
