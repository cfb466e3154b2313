import { datasetName, modelName, type Network } from "../study/network.ts";

/** How the networks of a study stand on an axis. */
export interface NetworkPlaces {
  /** What they differ in, where that is one thing; else null. */
  readonly title: string | null;
  /** A text a network, by its label. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What networks may differ in, the title of such an axis, and its texts. */
const parts: readonly (readonly [title: string, text: (network: Network) => string])[] = [
  ["Depth", ({ depth }) => String(depth)],
  ["Label noise", ({ labelNoise }) => `${Number((100 * labelNoise).toPrecision(3))} %`],
  ["Data set", ({ dataset }) => datasetName(dataset)],
  ["Width", ({ width }) => width === null ? "–" : String(width)],
  ["Model", ({ model }) => modelName(model)],
  ["Settings", ({ variant }) => variant || "plain"],
];

/** The texts of an axis of networks: the one thing that they differ in, else their labels. */
export function networkPlaces(networks: readonly Network[]): NetworkPlaces {
  const varying = parts.filter(([, text]) => new Set(networks.map(text)).size > 1);
  const only = varying.length === 1 ? varying[0] : undefined;
  return {
    title: only?.[0] ?? null,
    texts: new Map(networks.map((network) => [network.label, only?.[1](network) ?? network.label])),
  };
}
