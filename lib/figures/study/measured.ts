import { type Identity, type Network, networkCells, networkColumns, networkKey } from "./network.ts";
import { collapseQuantities } from "./rows.ts";
import type { Study } from "./study.ts";
import { summaryRows } from "./summary.ts";

const probeKinds = ["sgd", "converged", "ridge"] as const;

/** One quantity of a network at the end of its training, by seed. */
export interface Measured {
  /** Null where it is of the whole network. */
  readonly layer: number | null;
  /** The set, null as for the layer. */
  readonly split: string | null;
  /** As `cdnv`. */
  readonly quantity: string;
  /** How it is averaged: by its logarithm, or as it is. */
  readonly scale: "log10" | "linear";
  /** By seed; null where it could not be measured. */
  readonly values: ReadonlyMap<number, number | null>;
}

/** A network of at least two seeds, with what was measured on it at its last epoch. */
export interface MeasuredNetwork {
  /** The network. */
  readonly network: Network;
  /** By layer, then what is of the whole network. */
  readonly measured: readonly Measured[];
}

/** The networks of at least two seeds, with what was measured on them last. */
export function measuredNetworks(study: Study): MeasuredNetwork[] {
  const summary = summaryRows(study);
  return study.networks.filter(({ seeds }) => seeds.length > 1).map((network) => {
    const cdnv = lastRows(study.cdnv, network);
    const probe = lastRows(study.probe, network);
    const layers = [
      ...measuredOf(cdnv, "cdnv", "log10", ({ split }) => split, (row) => row.cdnv),
      ...measuredOf(cdnv, "ncc_accuracy", "linear", ({ split }) => split, (row) => row.nccAccuracy),
      ...collapseQuantities.flatMap((quantity) =>
        measuredOf(
          // NC3 is of the last layer alone.
          lastRows(study.collapse, network).filter(({ values }) => values[quantity] !== null),
          quantity,
          quantity === "nc1" ? "log10" : "linear",
          ({ split }) => split,
          ({ values }) => values[quantity],
        )
      ),
      ...probeKinds.flatMap((kind) => {
        const own = probe.filter((row) => row.kind === kind);
        const name = `probe_${kind}_accuracy`;
        return [
          ...measuredOf(own, name, "linear", () => "train", ({ trainAccuracy }) => trainAccuracy),
          ...measuredOf(own, name, "linear", () => "test", ({ testAccuracy }) => testAccuracy),
        ];
      }),
    ].toSorted((a, b) => a.layer! - b.layer!);
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

/** The rows of each seed's last epoch. */
function lastRows<T extends Identity & { readonly epoch: number }>(rows: readonly T[], network: Network): T[] {
  const own = rows.filter((row) => networkKey(row) === networkKey(network));
  const last = new Map<number, number>();
  for (const { seed, epoch } of own) last.set(seed, Math.max(epoch, last.get(seed) ?? 0));
  return own.filter(({ seed, epoch }) => epoch === last.get(seed));
}

/** One quantity of each layer and set. */
function measuredOf<T extends { readonly layer: number; readonly seed: number }>(
  rows: readonly T[],
  quantity: string,
  scale: Measured["scale"],
  split: (row: T) => string,
  value: (row: T) => number | null,
): Measured[] {
  return [...Map.groupBy(rows, (row) => `${row.layer} ${split(row)}`).values()].map((own) => ({
    ...{ layer: own[0]!.layer, split: split(own[0]!), quantity, scale },
    values: new Map(own.map((row) => [row.seed, value(row)])),
  }));
}
