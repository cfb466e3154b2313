import type { Row } from "../../formats/table.ts";
import {
  confidence,
  differenceInterval,
  geometricInterval,
  type Interval,
  meanInterval,
  ratioInterval,
} from "./intervals.ts";
import { type Measured, type MeasuredNetwork, measuredNetworks } from "./measured.ts";
import { isSameButDepth, isSameButNoise, networkCells, networkColumns } from "./network.ts";
import type { Study } from "./study.ts";

/** Columns of `intervals.csv`. */
export const intervalColumns = [
  ...networkColumns,
  ...["layer", "split", "quantity", "scale"],
  ...["seeds", "estimate", "low", "high", "confidence"],
] as const;

/** Columns of `comparisons.csv`. */
export const comparisonColumns = [
  ...networkColumns,
  ...["layer", "other_depth", "other_label_noise", "other_layer"],
  ...["split", "quantity", "scale"],
  ...["seeds", "estimate", "low", "high", "confidence"],
] as const;

/**
 * The mean over seeds of what was measured last, with Student's interval: CDNV and NC1 on log10; shares, depths, NC2 and NC3,
 * which zero ends, as they are. A row a network of at least two seeds and quantity; estimates are empty where a seed has no
 * value.
 */
export function intervalRows(study: Study): Row[] {
  return measuredNetworks(study).flatMap(({ network, measured }) =>
    measured.map(({ layer, split, quantity, scale, values }) => {
      const list = network.seeds.map((seed) => values.get(seed) ?? null);
      return {
        ...networkCells(network),
        ...{ layer, split, quantity, scale, seeds: list.length },
        ...cells(scale === "log10" ? geometricInterval(list) : meanInterval(list)),
      };
    })
  );
}

/**
 * Paired comparisons over the seeds that both have: each layer with its network's last layer; the last layers and the accuracies
 * of each network with those of the next deeper one; each layer and the accuracies of each network with those of the one with
 * the next share of label noise. Ratios on log10, differences otherwise.
 */
export function comparisonRows(study: Study): Row[] {
  const networks = measuredNetworks(study);
  return networks.flatMap((one, index) => {
    const next = (isPeer: typeof isSameButDepth) =>
      networks.slice(index + 1).filter(({ network }) => isPeer(network, one.network)).slice(0, 1);
    const { depth } = one.network;
    const isLast = ({ layer }: Measured) => layer === null || layer === depth;
    return [
      ...compared(one, one, ({ layer }) => layer !== null && layer !== depth, () => depth),
      ...next(isSameButDepth).flatMap((deeper) => compared(one, deeper, isLast, () => deeper.network.depth)),
      ...next(isSameButNoise).flatMap((noisier) => compared(one, noisier, () => true, (layer) => layer)),
    ];
  });
}

/**
 * The rows of what is compared with another network, or itself.
 *
 * @param isCompared which of the first network's quantities
 * @param other the layer of the other network that a layer is compared with
 */
function compared(
  first: MeasuredNetwork,
  second: MeasuredNetwork,
  isCompared: (measured: Measured) => boolean,
  other: (layer: number) => number,
): Row[] {
  const seeds = first.network.seeds.filter((seed) => second.network.seeds.includes(seed));
  if (seeds.length < 2) return [];
  return first.measured.filter(isCompared).flatMap((one) => {
    const layer = one.layer === null ? null : other(one.layer);
    const partner = second.measured.find((entry) =>
      entry.layer === layer && entry.split === one.split && entry.quantity === one.quantity
    );
    if (partner === undefined) return [];
    const [left, right] = [one, partner].map(({ values }) => seeds.map((seed) => values.get(seed) ?? null));
    return [{
      ...networkCells(first.network),
      layer: one.layer,
      ...{ other_depth: second.network.depth, other_label_noise: second.network.labelNoise, other_layer: layer },
      ...{ split: one.split, quantity: one.quantity, scale: one.scale === "log10" ? "ratio" : "difference" },
      seeds: seeds.length,
      ...cells(one.scale === "log10" ? ratioInterval(left!, right!) : differenceInterval(left!, right!)),
    }];
  });
}

function cells(interval: Interval | null): Row {
  const { estimate, low, high } = interval ?? { estimate: null, low: null, high: null };
  return { estimate, low, high, confidence };
}
