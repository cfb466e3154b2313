/** Who a row of a table is about: the network, and the seed it was trained from. */
export interface Identity {
  /** As `mnist`. */
  readonly dataset: string;
  /** As `mlp`. */
  readonly model: string;
  /** Measured layers: an MLP's hidden ones. */
  readonly depth: number;
  /** Null for models that have no single width. */
  readonly width: number | null;
  /** What its weights and the order of images come from. */
  readonly seed: number;
  /** The share of train labels that were replaced, 0 to 1. */
  readonly labelNoise: number;
  /** What else it differs in from the usual network, as "residual, loss mse"; may be empty. */
  readonly variant: string;
}

/** One kind of network of a study, trained from one seed or several. */
export interface Network {
  /** As `mnist`. */
  readonly dataset: string;
  /** As `mlp`. */
  readonly model: string;
  /** Measured layers: an MLP's hidden ones. */
  readonly depth: number;
  /** Units or channels a layer, of a ResNet18's first; null for models that have no single width. */
  readonly width: number | null;
  /** The share of train labels that were replaced, 0 to 1. */
  readonly labelNoise: number;
  /** What else it differs in from the usual network, as "residual, loss mse"; may be empty. */
  readonly variant: string;
  /** Ascending. */
  readonly seeds: readonly number[];
  /** What tells it from the other networks of the study, as "Depth 8"; unique within the study. */
  readonly label: string;
}

const datasetNames: Readonly<Record<string, string>> = {
  "mnist": "MNIST",
  "fashion-mnist": "Fashion-MNIST",
  "cifar-10": "CIFAR-10",
  "cifar-100": "CIFAR-100",
  "svhn": "SVHN",
};

const modelNames: Readonly<Record<string, string>> = { mlp: "MLP", resnet18: "ResNet18", convnet: "ConvNet" };

/** The name of a dataset as papers spell it; an unknown one is left as it is. */
export function datasetName(dataset: string): string {
  return datasetNames[dataset] ?? dataset;
}

/** The name of a model as papers spell it; an unknown one is left as it is. */
export function modelName(model: string): string {
  return modelNames[model] ?? model;
}

/** A text that is equal for two rows exactly if they are about the same kind of network, whatever the seed. */
export function networkKey(identity: Omit<Identity, "seed">): string {
  const { dataset, model, width, depth, labelNoise, variant } = identity;
  return JSON.stringify([dataset, model, width, depth, labelNoise, variant]);
}

/** The columns by which every table says which network and seed a row is about. */
export const identityColumns = ["dataset", "model", "depth", "width", "seed", "label_noise", "variant"] as const;

/** The cells of {@linkcode identityColumns}. */
export function identityCells(
  { seed, ...network }: Identity,
): Record<typeof identityColumns[number], number | string | null> {
  const { dataset, model, depth, width, label_noise, variant } = networkCells(network);
  return { dataset, model, depth, width, seed, label_noise, variant };
}

/** The columns by which a table over seeds says which network a row is about. */
export const networkColumns = ["dataset", "model", "depth", "width", "label_noise", "variant"] as const;

/** The cells of {@linkcode networkColumns}. */
export function networkCells(
  { dataset, model, depth, width, labelNoise, variant }: Omit<Identity, "seed">,
): Record<typeof networkColumns[number], number | string | null> {
  return { dataset, model, depth, width, label_noise: labelNoise, variant };
}

/** Whether two networks differ at most in the depth; their seeds are not looked at. */
export function isSameButDepth(a: Omit<Identity, "seed">, b: Omit<Identity, "seed">): boolean {
  return networkKey({ ...a, depth: b.depth }) === networkKey(b);
}

/** Whether two networks differ at most in the share of label noise; their seeds are not looked at. */
export function isSameButNoise(a: Omit<Identity, "seed">, b: Omit<Identity, "seed">): boolean {
  return networkKey({ ...a, labelNoise: b.labelNoise }) === networkKey(b);
}

/** Networks first by dataset and model, in their order of appearance, then by width, depth, label noise and variant. */
export function networksOf(rows: readonly Identity[]): Network[] {
  const found = new Map<string, { identity: Identity; seeds: Set<number> }>();
  for (const row of rows) {
    const entry = found.get(networkKey(row)) ?? { identity: row, seeds: new Set<number>() };
    entry.seeds.add(row.seed);
    found.set(networkKey(row), entry);
  }
  const identities = [...found.values()].map((entry) => entry.identity);
  const label = labeller(identities);
  const order = (list: string[]) => (name: string) => list.indexOf(name);
  const dataset = order([...new Set(identities.map((identity) => identity.dataset))]);
  const model = order([...new Set(identities.map((identity) => identity.model))]);
  return [...found.values()]
    .map(({ identity, seeds }) => ({
      dataset: identity.dataset,
      model: identity.model,
      depth: identity.depth,
      width: identity.width,
      labelNoise: identity.labelNoise,
      variant: identity.variant,
      seeds: [...seeds].sort((a, b) => a - b),
      label: label(identity),
    }))
    .sort((a, b) =>
      dataset(a.dataset) - dataset(b.dataset) || model(a.model) - model(b.model) ||
      (a.width ?? 0) - (b.width ?? 0) || a.depth - b.depth || a.labelNoise - b.labelNoise ||
      Number(a.variant > b.variant) - Number(a.variant < b.variant)
    );
}

/** Labels name only what differs between the networks, so that a panel's title stays short. */
function labeller(identities: readonly Identity[]): (identity: Identity) => string {
  const varies = (part: (identity: Identity) => unknown) => new Set(identities.map(part)).size > 1;
  const datasets = varies((identity) => identity.dataset);
  const models = varies((identity) => identity.model);
  const widths = varies((identity) => identity.width);
  const depths = varies((identity) => identity.depth);
  const noises = varies((identity) => identity.labelNoise);
  const variants = varies((identity) => identity.variant);
  const common = commonParts(identities);
  return (identity) => {
    const parts: string[] = [];
    if (datasets) parts.push(datasetName(identity.dataset));
    if (models) parts.push(modelName(identity.model));
    if (depths || !(datasets || models || widths || noises || variants)) parts.push(`depth ${identity.depth}`);
    if (widths) parts.push(identity.width === null ? "no width" : `width ${identity.width}`);
    if (noises && (identity.labelNoise > 0 || parts.length === 0)) parts.push(noiseText(identity.labelNoise));
    if (variants) parts.push(partsOf(identity).filter((part) => !common.includes(part)).join(", ") || "plain");
    const label = parts.join(", ");
    return label.charAt(0).toUpperCase() + label.slice(1);
  };
}

/** What a variant consists of, as `["residual", "loss mse"]`. */
function partsOf({ variant }: Pick<Identity, "variant">): string[] {
  return variant === "" ? [] : variant.split(", ");
}

/** The parts that the variants of all networks have. */
function commonParts(identities: readonly Pick<Identity, "variant">[]): string[] {
  const [first, ...others] = identities.map(partsOf);
  return (first ?? []).filter((part) => others.every((parts) => parts.includes(part)));
}

/** "no label noise" or "25 % label noise". */
function noiseText(share: number): string {
  return share === 0 ? "no label noise" : `${Number((100 * share).toPrecision(3))} % label noise`;
}

/**
 * What all networks share, as "MNIST · MLP of width 100 · 20 epochs · seed 0"; their labels say the rest.
 *
 * @param epochs how long each was trained
 */
export function sharedText(networks: readonly Network[], epochs: readonly number[]): string {
  const one = <T>(part: (network: Network) => T): T | undefined => {
    const values = new Set(networks.map(part));
    return values.size === 1 ? [...values][0] : undefined;
  };
  const [dataset, model] = [one((network) => network.dataset), one((network) => network.model)];
  const [depth, width] = [one((network) => network.depth), one((network) => network.width)];
  const noise = one((network) => network.labelNoise);
  const sizes: string[] = [];
  // The label of a network that is alone is its depth.
  if (depth !== undefined && networks.length > 1) sizes.push(`depth ${depth}`);
  if (width !== undefined && width !== null) sizes.push(`width ${width}`);
  const size = sizes.length === 0 ? "" : `of ${sizes.join(" and ")}`;
  const parts = [
    dataset === undefined ? "" : datasetName(dataset),
    `${model === undefined ? "" : modelName(model)} ${size}`.trim(),
    noise === undefined || noise === 0 ? "" : noiseText(noise),
    commonParts(networks).join(", "),
    epochsText(Math.min(...epochs), Math.max(...epochs)),
    sharedSeedsText(networks),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function epochsText(least: number, most: number): string {
  if (least < most) return `${least} to ${most} epochs`;
  return most === 1 ? "1 epoch" : `${most} epochs`;
}

/** The seeds of all networks, or how many each has where they differ. */
function sharedSeedsText(networks: readonly Network[]): string {
  const texts = new Set(networks.map(({ seeds }) => seedsText(seeds)));
  if (texts.size <= 1) return [...texts][0] ?? "";
  const counts = networks.map(({ seeds }) => seeds.length);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const all = [...new Set(networks.flatMap(({ seeds }) => seeds))].sort((a, b) => a - b);
  return `${seedsText(all)} (${least === most ? least : `${least} to ${most}`} a network)`;
}

/** "seed 0", "seeds 0, 1, 2" or, beyond six, "12 seeds". */
export function seedsText(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  return seeds.length <= 6 ? `seeds ${seeds.join(", ")}` : `${seeds.length} seeds`;
}
