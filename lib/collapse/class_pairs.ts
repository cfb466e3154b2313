import { centredGram, presentClasses } from "./centred_gram.ts";
import { pairCdnv } from "./cdnv.ts";
import { forEachPair } from "./class_statistics.ts";
import type { NetworkStatistics } from "./statistics.ts";
import type { CollapseTable } from "./tables.ts";

/**
 * V_ij and the cosine between the centred means of every pair of classes i < j, of each layer on the train set, before training
 * and after the last epoch that was measured. With means at the largest angles all cosines are -1 / (C - 1).
 *
 * A value is `null` where a class has no examples, the means of a pair coincide, or a centred mean is zero.
 */
export function classPairTable({ identity, rows }: NetworkStatistics): CollapseTable {
  const last = rows.reduce((epoch, row) => Math.max(epoch, row.epoch), 0);
  const shown = rows.filter(({ epoch, split }) => split === "train" && (epoch === 0 || epoch === last));
  return {
    columns: [...Object.keys(identity), "epoch", "layer", "class", "other_class", "pair_cdnv", "pair_cosine"],
    rows: shown.flatMap((row) => {
      const { epoch, layer, counts } = row;
      const present = presentClasses(counts);
      const places = new Map(present.map((label, place) => [label, place]));
      const gram = centredGram(row, present);
      const pairs: CollapseTable["rows"][number][] = [];
      forEachPair(counts.length, (i, j, pair) => {
        const [first, second] = [places.get(i), places.get(j)];
        const value = pairCdnv(row, i, j, pair);
        pairs.push({
          ...identity,
          epoch,
          layer,
          class: i,
          other_class: j,
          pair_cdnv: value === Infinity ? null : value,
          pair_cosine: first === undefined || second === undefined ? null : cosineOf(gram, first, second),
        });
      });
      return pairs;
    }),
  };
}

function cosineOf(gram: ReturnType<typeof centredGram>, i: number, j: number): number | null {
  const norms = gram.get(i, i) * gram.get(j, j);
  return norms > 0 ? gram.get(i, j) / Math.sqrt(norms) : null;
}
