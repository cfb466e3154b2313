import type { Row } from "../../formats/table.ts";
import {
  confidence,
  differenceInterval,
  geometricInterval,
  type Interval,
  meanInterval,
  ratioInterval,
} from "./intervals.ts";
import { isSameButDepth, type Network, networkCells, networkColumns, networkKey } from "./network.ts";
import type { Study } from "./study.ts";
import { summaryRows } from "./summary.ts";

/** Columns of `intervals.csv`. */
export const intervalColumns = [
  ...networkColumns,
  ...["layer", "split", "quantity", "scale"],
  ...["seeds", "estimate", "low", "high", "confidence"],
] as const;

/** Columns of `comparisons.csv`. */
export const comparisonColumns = [
  ...networkColumns,
  ...["layer", "other_depth", "other_layer"],
  ...["split", "quantity", "scale"],
  ...["seeds", "estimate", "low", "high", "confidence"],
] as const;

/** One quantity of a network at the end of its training, by seed. */
interface Measured {
  readonly layer: number | null;
  readonly split: string | null;
  readonly quantity: string;
  /** How it is averaged: by its logarithm, or as it is. */
  readonly scale: "log10" | "linear";
  readonly values: ReadonlyMap<number, number | null>;
}

/**
 * The mean over seeds of what was measured last, with Student's interval: CDNV on log10, shares and depths as they are. A row
 * a network of at least two seeds and quantity; estimates are empty where a seed has no value.
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
 * Paired comparisons over the seeds that both have: each layer with its network's last layer, and the last layers and the
 * accuracies of each network with those of the next deeper one. Ratios on log10, differences otherwise.
 */
export function comparisonRows(study: Study): Row[] {
  const networks = measuredNetworks(study);
  return networks.flatMap(({ network, measured }, index) => {
    const layers = measured.filter(({ layer, quantity }) => layer !== null && quantity === "cdnv");
    const deeper = networks.slice(index + 1).find((other) => isSameButDepth(other.network, network));
    const within = layers.filter(({ layer }) => layer !== network.depth).flatMap((one) => {
      const last = layers.find(({ layer, split }) => layer === network.depth && split === one.split);
      return last === undefined ? [] : compared(network, one, network, last);
    });
    const across = deeper === undefined
      ? []
      : measured.filter(({ layer }) => layer === null || layer === network.depth).flatMap((one) => {
        const other = deeper.measured.find(({ layer, split, quantity }) =>
          split === one.split && quantity === one.quantity &&
          layer === (one.layer === null ? null : deeper.network.depth)
        );
        return other === undefined ? [] : compared(network, one, deeper.network, other);
      });
    return [...within, ...across];
  });
}

function compared(network: Network, one: Measured, otherNetwork: Network, other: Measured): Row[] {
  const seeds = network.seeds.filter((seed) => otherNetwork.seeds.includes(seed));
  if (seeds.length < 2) return [];
  const [first, second] = [one, other].map(({ values }) => seeds.map((seed) => values.get(seed) ?? null));
  return [{
    ...networkCells(network),
    layer: one.layer,
    ...{ other_depth: otherNetwork.depth, other_layer: other.layer },
    ...{ split: one.split, quantity: one.quantity, scale: one.scale === "log10" ? "ratio" : "difference" },
    seeds: seeds.length,
    ...cells(one.scale === "log10" ? ratioInterval(first!, second!) : differenceInterval(first!, second!)),
  }];
}

/** The networks of at least two seeds, with what was measured on them at their last epoch. */
function measuredNetworks(study: Study): { readonly network: Network; readonly measured: readonly Measured[] }[] {
  const summary = summaryRows(study);
  return study.networks.filter(({ seeds }) => seeds.length > 1).map((network) => {
    const rows = study.cdnv.filter((row) => networkKey(row) === networkKey(network));
    const last = new Map(network.seeds.map((seed) => {
      return [seed, Math.max(...rows.filter((row) => row.seed === seed).map(({ epoch }) => epoch))];
    }));
    const final = rows.filter((row) => row.epoch === last.get(row.seed));
    const places = Map.groupBy(final, ({ layer, split }) => `${layer} ${split}`);
    const layers = [...places.values()].flatMap((own): Measured[] => {
      const { layer, split } = own[0]!;
      return [
        { layer, split, quantity: "cdnv", scale: "log10", values: new Map(own.map((row) => [row.seed, row.cdnv])) },
        {
          ...{ layer, split, quantity: "ncc_accuracy", scale: "linear" },
          values: new Map(own.map((row) => [row.seed, row.nccAccuracy])),
        },
      ];
    });
    const cells = networkCells(network);
    const own = summary.filter((row) => networkColumns.every((column) => row[column] === cells[column]));
    const whole = (["train_accuracy", "test_accuracy", "effective_depth_cdnv", "effective_depth_ncc"] as const)
      .map((quantity): Measured => ({
        ...{ layer: null, split: null, quantity, scale: "linear" },
        values: new Map(own.map((row) => [Number(row.seed), row[quantity] === null ? null : Number(row[quantity])])),
      }));
    return { network, measured: [...layers, ...whole] };
  });
}

function cells(interval: Interval | null): Row {
  const { estimate, low, high } = interval ?? { estimate: null, low: null, high: null };
  return { estimate, low, high, confidence };
}
