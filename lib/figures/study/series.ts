import type { CdnvRow, HistoryRow } from "./rows.ts";
import type { Study } from "./study.ts";
import { arithmeticSpread, geometricSpread, groupBy, rounded } from "./seeds.ts";
import { type Network, networkKey } from "./network.ts";

/** A point of a curve as a figure's dataset holds it. */
export interface Point {
  /** The network's label. */
  readonly network: string;
  /** Epochs of training so far. */
  readonly epoch: number;
  /** The value and what else tells points apart. */
  readonly [field: string]: number | string | null;
}

/** The label of a row's network. */
export function labelOf(study: Study): (row: Parameters<typeof networkKey>[0]) => string {
  const labels = new Map(study.networks.map((network) => [networkKey(network), network.label]));
  return (row) => labels.get(networkKey(row)) ?? "";
}

/** Whether any network of the study was trained from more than one seed, so that bands are drawn. */
export function hasBands(study: Study): boolean {
  return study.networks.some((network) => network.seeds.length > 1);
}

/** CDNV over epochs of each network and layer, over seeds a geometric mean. A zero is null and bears `zero: "yes"`. */
export function cdnvPoints(study: Study, split: CdnvRow["split"]): Point[] {
  const label = labelOf(study);
  const rows = study.cdnv.filter((row) => row.split === split);
  const groups = groupBy(rows, (row) => JSON.stringify([label(row), row.layer, row.epoch]));
  return points(groups, study.networks, label, (group) => ({
    layer: group[0]!.layer,
    ...fields("cdnv", geometricSpread(group.map((row) => row.cdnv)), hasBands(study)),
  }));
}

/** A network's accuracy over the epochs at which it was evaluated, over seeds the mean. */
export function accuracyPoints(study: Study, column: "trainAccuracy" | "testAccuracy"): Point[] {
  const label = labelOf(study);
  const evaluated = study.history.filter((row) => row[column] !== null);
  const groups = groupBy(evaluated, (row) => JSON.stringify([label(row), row.epoch]));
  return points(groups, study.networks, label, (group) => ({
    ...fields("accuracy", arithmeticSpread(group.map((row) => row[column]), [0, 1]), hasBands(study)),
  }));
}

/**
 * The points that an axis of accuracies over epochs must hold: of each network those after the first fifth of its points'
 * epochs (all where these are fewer than five). Before training every accuracy is a guess; an axis from there up would
 * press all that matters together.
 */
export function settled(points: readonly Point[]): Point[] {
  const last = new Map<string, number>();
  for (const { network, epoch } of points) last.set(network, Math.max(epoch, last.get(network) ?? 0));
  return points.filter(({ network, epoch }) => epoch >= Math.floor(last.get(network)! / 5));
}

/** The accuracy of a probe of cross-entropy over epochs and layers, over seeds the mean. Figures do not show ridge regression. */
export function probePoints(study: Study): Point[] {
  const label = labelOf(study);
  const shown = study.probe.filter(({ kind }) => kind !== "ridge");
  const groups = groupBy(shown, (row) => JSON.stringify([label(row), row.kind, row.layer, row.epoch]));
  return points(groups, study.networks, label, (group) => ({
    layer: group[0]!.layer,
    kind: group[0]!.kind,
    ...fields("accuracy", arithmeticSpread(group.map((row) => row.testAccuracy), [0, 1]), hasBands(study)),
  }));
}

function points<T extends Parameters<typeof networkKey>[0] & { readonly epoch: number; readonly layer?: number }>(
  groups: readonly T[][],
  networks: readonly Network[],
  label: (row: T) => string,
  rest: (group: readonly T[]) => Record<string, number | string | null>,
): Point[] {
  const order = new Map(networks.map((network, index) => [network.label, index]));
  const index = (row: T) => order.get(label(row)) ?? 0;
  return groups
    .toSorted(([a], [b]) => index(a!) - index(b!) || (a!.layer ?? 0) - (b!.layer ?? 0) || a!.epoch - b!.epoch)
    .map((group) => ({ network: label(group[0]!), epoch: group[0]!.epoch, ...rest(group) }));
}

function fields(
  name: string,
  spread: ReturnType<typeof geometricSpread>,
  band: boolean,
): Record<string, number | string | null> {
  const zero = spread.value === null && spread.zero ? { zero: "yes" } : {};
  const value = { [name]: rounded(spread.value), ...zero };
  return band ? { ...value, low: rounded(spread.low), high: rounded(spread.high) } : value;
}

/** A vertical line: the learning rate falls after `epoch` epochs. */
export interface Drop {
  /** The network's label. */
  readonly network: string;
  /** The epochs of training after which it falls. */
  readonly epoch: number;
  /** From which rate to which. */
  readonly text: string;
}

/**
 * The epochs after which the learning rate falls, per network; none for a schedule that falls more than eight times
 * (a cosine, say), where lines would say nothing.
 */
export function learningRateDrops(study: Study): Drop[] {
  const label = labelOf(study);
  return study.networks.flatMap((network) => {
    const rows = study.history
      .filter((row) => label(row) === network.label && row.seed === network.seeds[0] && row.learningRate !== null)
      .toSorted((a, b) => a.epoch - b.epoch);
    const drops = rows.flatMap((row, index) => drop(network.label, rows[index - 1], row));
    return drops.length > 8 ? [] : drops;
  });
}

function drop(network: string, before: HistoryRow | undefined, row: HistoryRow): Drop[] {
  const from = before?.learningRate;
  const to = row.learningRate;
  if (from === undefined || from === null || to === null || to >= from) return [];
  // The row of epoch e holds the rate used during epoch e, hence the fall lies at the end of the epoch before.
  return [{ network, epoch: row.epoch - 1, text: `${shortRate(from)} → ${shortRate(to)}` }];
}

function shortRate(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}

/** The last epoch of each network's history and measurements, in the order of the study's networks. */
export function lastEpochs(study: Study): number[] {
  const label = labelOf(study);
  const last = new Map(study.networks.map((network) => [network.label, 0]));
  for (const row of [...study.history, ...study.cdnv]) last.set(label(row), Math.max(row.epoch, last.get(label(row))!));
  return [...last.values()];
}

/** The last epoch at which the pairs of classes of each network were measured, by its label. */
export function lastPairEpochs(study: Study): Map<string, number> {
  const label = labelOf(study);
  const last = new Map<string, number>();
  for (const row of study.pairs) last.set(label(row), Math.max(row.epoch, last.get(label(row)) ?? 0));
  return last;
}

/** The last epoch of them all. */
export function lastEpoch(study: Study): number {
  return Math.max(...lastEpochs(study));
}

/** The layers of a network that the points name, ascending. */
export function layersOf(points: readonly Point[], network: string): number[] {
  const layers = points.filter((point) => point.network === network).map((point) => Number(point.layer));
  return [...new Set(layers)].sort((a, b) => a - b);
}

/** How many different epochs the points name. */
export function epochCount(points: readonly Point[]): number {
  return new Set(points.map((point) => point.epoch)).size;
}

/**
 * What a log axis must hold: the values of a field, and their intervals over seeds, `low` and `high`, as far as twice and half the
 * value. That of few seeds may reach over decades, in which all curves would be pressed together; it is cut off there.
 */
export function valuesAndIntervals(points: readonly Point[], field: string): number[] {
  return points.flatMap(({ [field]: value, low, high }) => {
    if (typeof value !== "number") return [];
    return [
      value,
      ...typeof low === "number" ? [Math.max(low, value / 2)] : [],
      ...typeof high === "number" ? [Math.min(high, value * 2)] : [],
    ];
  });
}

/** What an axis of accuracies must hold: as {@linkcode valuesAndIntervals}, of an interval as far as twice the error. */
export function accuraciesAndIntervals(points: readonly Point[]): number[] {
  return points.flatMap(({ accuracy, low }) => {
    if (typeof accuracy !== "number") return [];
    return [accuracy, ...typeof low === "number" ? [Math.max(low, 2 * accuracy - 1)] : []];
  });
}

/** All numbers in the given fields of the points. */
export function numbersOf(points: readonly Point[], names: readonly string[]): number[] {
  return points.flatMap((point) => names.map((name) => point[name])).filter((value) => typeof value === "number");
}
