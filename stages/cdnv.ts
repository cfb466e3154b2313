/**
 * Makes the tables of collapse.
 *
 * Dep: the statistics of a network over training. Outs: CDNV and nearest-class-centre accuracy, and effective depth (CSV).
 * @module
 */
import { z } from "zod";
import { readStatistics } from "../lib/collapse/statistics.ts";
import { cdnvTable, effectiveDepthTable } from "../lib/collapse/tables.ts";
import { writeTable } from "../lib/formats/table.ts";
import { stage } from "../lib/pipeline/stage/mod.ts";

/** CDNV, nearest-class-centre accuracy and effective depth of every layer and epoch. */
export default stage({
  parameters: z.strictObject({
    cdnvFactor: z.number().min(1).default(2).meta({
      description: "Effective depth by CDNV: collapsed layers have at most this many times the last layer's CDNV",
    }),
    nccMargin: z.number().min(0).max(1).default(0.01).meta({
      description: "Effective depth by NCC: collapsed layers have at most the network's train error plus this",
    }),
  }),
  deps: ["statistics"],
  outs: ["cdnv", "depth"],

  async run({ with: thresholds, deps, outs }) {
    const statistics = await readStatistics(deps.statistics);
    const cdnv = cdnvTable(statistics);
    const depth = effectiveDepthTable(statistics, thresholds);
    await writeTable(outs.cdnv, cdnv.columns, cdnv.rows);
    await writeTable(outs.depth, depth.columns, depth.rows);
  },
});
