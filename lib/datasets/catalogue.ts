import { cifar10 } from "./cifar10.ts";
import { fashionMnist } from "./fashion_mnist.ts";
import { mnist } from "./mnist.ts";
import type { DatasetDefinition } from "./provision.ts";

/** Every dataset that the `fetch` stage can get, by name. */
export const catalogue = {
  "mnist": mnist,
  "fashion-mnist": fashionMnist,
  "cifar-10": cifar10,
} as const satisfies Readonly<Record<string, DatasetDefinition>>;

/** A name that `with.dataset` may have. */
export type DatasetName = keyof typeof catalogue;

/** All of them. */
export const datasetNames: readonly DatasetName[] = Object.keys(catalogue) as DatasetName[];
