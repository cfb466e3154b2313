import { cifar10 } from "./cifar10.ts";
import { cifar100 } from "./cifar100.ts";
import { fashionMnist } from "./fashion_mnist.ts";
import { mnist } from "./mnist.ts";
import type { DatasetDefinition } from "./provision.ts";
import { svhn } from "./svhn.ts";

/** Every dataset that the `fetch` stage can get, by name. */
export const catalogue = {
  "mnist": mnist,
  "fashion-mnist": fashionMnist,
  "cifar-10": cifar10,
  "cifar-100": cifar100,
  "svhn": svhn,
} as const satisfies Readonly<Record<string, DatasetDefinition>>;

/** A name that `with.dataset` may have. */
export type DatasetName = keyof typeof catalogue;

/** All of them. */
export const datasetNames: readonly DatasetName[] = Object.keys(catalogue) as DatasetName[];
