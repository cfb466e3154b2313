import type { NetworkStatistics } from "./statistics.ts";
import { neuralCollapse } from "./neural_collapse.ts";
import type { CollapseTable } from "./tables.ts";

/** NC1 to NC4 of every layer, epoch and set, and what they are made of; `docs/numerics.md` has the formulas. */
export function neuralCollapseTable({ identity, rows }: NetworkStatistics): CollapseTable {
  const columns = ["epoch", "layer", "split", "nc1", "trace_within", "trace_between", "means_rank"];
  const ranks = ["means_effective_rank", "effective_rank", "within_effective_rank"];
  const frame = ["nc2_norm_variation", "nc2_cosine_deviation", "nc2_cosine_bias"];
  const duality = ["nc2_etf_distance", "nc3_duality_distance", "nc3_etf_distance", "nc4_mismatch"];
  return {
    columns: [...Object.keys(identity), ...columns, ...ranks, ...frame, ...duality],
    rows: rows.map((row) => {
      const found = neuralCollapse(row);
      const examples = Array.from(row.counts).reduce((sum, count) => sum + count, 0);
      return {
        ...identity,
        epoch: row.epoch,
        layer: row.layer,
        split: row.split,
        nc1: found.nc1,
        trace_within: found.traceWithin,
        trace_between: found.traceBetween,
        means_rank: found.meansRank,
        means_effective_rank: found.meansEffectiveRank,
        effective_rank: row.ranks?.total ?? null,
        within_effective_rank: row.ranks?.within ?? null,
        nc2_norm_variation: found.normVariation,
        nc2_cosine_deviation: found.cosineDeviation,
        nc2_cosine_bias: found.cosineBias,
        nc2_etf_distance: found.etfDistance,
        nc3_duality_distance: found.dualityDistance,
        nc3_etf_distance: found.dualityEtfDistance,
        nc4_mismatch: examples === 0 ? null : (examples - row.nccAgree) / examples,
      };
    }),
  };
}
