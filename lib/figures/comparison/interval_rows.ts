import { rounded } from "../study/seeds.ts";
import { type EndedNetwork, estimateOf, type Quantity } from "./ended_network.ts";
import { roomFor, type ShownEstimate, shownEstimate, threeDigits } from "./shown_estimate.ts";

/** Two quantities of one kind, which stand on one axis. */
export interface IntervalKind {
  /** Of the figure. */
  readonly title: string;
  /** Of the axis. */
  readonly axis: string;
  /** The quantities, and what tells them apart. */
  readonly series: readonly (readonly [quantity: Quantity, name: string])[];
  /** Whether the axis is logarithmic. */
  readonly isLog: boolean;
}

/** A quantity of a network of a study over its seeds, as the figure's data holds it. */
export interface EstimateRow extends ShownEstimate {
  /** The study's name. */
  readonly study: string;
  /** The network's label. */
  readonly network: string;
  /** Which of the kind's quantities. */
  readonly series: string;
  /** How many. */
  readonly seeds: number;
  /** The value of each seed, as "0: 4, 1: 3". */
  readonly each: string;
  /** Why there is no mean: no layer meets a definition, or a value is zero, in a seed; else empty. */
  readonly lacks: "" | "none" | "zero";
  /** The same in words; else empty. */
  readonly lacks_text: string;
}

/** A value of one seed. */
export interface SeedRow {
  /** The study's name. */
  readonly study: string;
  /** The network's label. */
  readonly network: string;
  /** Which of the kind's quantities. */
  readonly series: string;
  /** It was trained from. */
  readonly seed: number;
  /** Positive on a logarithmic axis. */
  readonly value: number;
}

/** The data of a figure of intervals. */
export interface IntervalRows {
  /** A row a network and quantity. */
  readonly estimates: readonly EstimateRow[];
  /** A row a seed of the networks that have several. */
  readonly seeds: readonly SeedRow[];
  /** The ends of the axis. */
  readonly room: readonly [number, number];
}

/** What a figure of intervals is drawn from. */
export function intervalRows(networks: readonly EndedNetwork[], { series, isLog }: IntervalKind): IntervalRows {
  const measured = networks.flatMap((ended) =>
    series.map(([quantity, name]) => ({
      about: { study: ended.study, network: ended.network.label, series: name },
      seeds: ended.network.seeds,
      values: ended.values[quantity],
      none: ended.none[quantity] ?? 0,
      estimate: estimateOf(ended, quantity),
    }))
  );
  const drawn = (value: number | null): value is number => value !== null && (!isLog || value > 0);
  const room = roomFor(
    measured.flatMap(({ values }) => values.filter(drawn)),
    measured.map(({ estimate }) => estimate),
    isLog
      ? { below: (least) => least / 2, above: (greatest) => greatest * 2 }
      : { below: (least) => Math.max(0, least - 1), above: (greatest) => greatest + 1 },
  );
  return {
    room,
    estimates: measured.map(({ about, seeds, values, none, estimate }) => ({
      ...about,
      ...shownEstimate(estimate, room),
      seeds: seeds.length,
      each: seeds.map((seed, index) => `${seed}: ${valueText(values[index] ?? null)}`).join(", "),
      ...lacking(values, none, isLog),
    })),
    seeds: measured.filter(({ seeds }) => seeds.length > 1).flatMap(({ about, seeds, values }) =>
      seeds.flatMap((seed, index) => {
        const value = values[index] ?? null;
        return drawn(value) ? [{ ...about, seed, value: rounded(value)! }] : [];
      })
    ),
  };
}

function lacking(
  values: readonly (number | null)[],
  none: number,
  isLog: boolean,
): Pick<EstimateRow, "lacks" | "lacks_text"> {
  const zeros = isLog ? values.filter((value) => value === 0).length : 0;
  const inSeeds = (count: number) => values.length === 1 ? "" : ` in ${count} of ${values.length} seeds`;
  if (none > 0) return { lacks: "none", lacks_text: `no layer meets the definition${inSeeds(none)}` };
  return zeros > 0 ? { lacks: "zero", lacks_text: `zero${inSeeds(zeros)}` } : { lacks: "", lacks_text: "" };
}

function valueText(value: number | null): string {
  return value === null ? "–" : threeDigits(value);
}
