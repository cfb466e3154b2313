/**
 * What a study found of its networks, by whichever program, and whether two have found the same but for chance.
 *
 * @module
 */
import { join } from "node:path";
import { readTable } from "../lib/formats/table.ts";

/** What a program found of a network at the end of training. */
interface Found {
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Of the last layer on the train set. */
  readonly cdnv: number;
}

/** How far results may lie apart, since programs draw their random numbers otherwise. */
export interface Chance {
  /** Accuracies may differ by this. */
  readonly accuracy: number;
  /** So much larger or smaller may the last layer's CDNV be. */
  readonly cdnvFactor: number;
}

async function foundIn(folder: string): Promise<Found> {
  const history = (await readTable(join(folder, "history.csv"))).at(-1)!;
  const layers = (await readTable(join(folder, "cdnv.csv"))).filter(({ split }) => split === "train");
  return {
    trainAccuracy: Number(history.train_accuracy),
    testAccuracy: Number(history.test_accuracy),
    cdnv: Number(layers.at(-1)!.cdnv),
  };
}

/**
 * Compares the tables of networks that both programs trained, each in a folder of its name, and says on the standard error
 * what they found.
 *
 * @throws {Error} where results lie further apart than chance has them
 */
export async function checkEqualWork(
  ours: string,
  peer: string,
  names: readonly string[],
  { accuracy, cdnvFactor }: Chance,
): Promise<void> {
  for (const name of names) {
    const [here, there] = [await foundIn(join(ours, name)), await foundIn(join(peer, name))];
    const accuracies = [here.trainAccuracy - there.trainAccuracy, here.testAccuracy - there.testAccuracy];
    const isNear = accuracies.every((difference) => Math.abs(difference) <= accuracy) &&
      Math.abs(Math.log(here.cdnv / there.cdnv)) <= Math.log(cdnvFactor);
    const both = `${name}: ${JSON.stringify(here)} here, ${JSON.stringify(there)} in PyTorch`;
    if (!isNear) throw new Error(`Not the same work, ${both}`);
    console.error(both);
  }
}
