/**
 * Makes the tables of collapse.
 *
 * Dep: the statistics of a network over training. Outs: CDNV and nearest-class-centre accuracy, and effective depth; and, on
 * request, NC1 to NC4, the effective depth over its threshold, and the pairs of classes (CSV).
 * @module
 */
import { z } from "zod";
import { classPairTable } from "../lib/collapse/class_pairs.ts";
import { neuralCollapseTable } from "../lib/collapse/neural_collapse_table.ts";
import { readStatistics } from "../lib/collapse/statistics.ts";
import { cdnvTable, type CollapseTable, depthCurveTable, effectiveDepthTable } from "../lib/collapse/tables.ts";
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
  optionalOuts: ["collapse", "curve", "pairs"],

  async run({ with: thresholds, deps, outs }) {
    const statistics = await readStatistics(deps.statistics);
    const write = async (path: string | undefined, table: () => CollapseTable) => {
      if (path === undefined) return;
      const { columns, rows } = table();
      await writeTable(path, columns, rows);
    };
    await write(outs.cdnv, () => cdnvTable(statistics));
    await write(outs.depth, () => effectiveDepthTable(statistics, thresholds));
    await write(outs.collapse, () => neuralCollapseTable(statistics));
    await write(outs.curve, () => depthCurveTable(statistics));
    await write(outs.pairs, () => classPairTable(statistics));
  },
});
