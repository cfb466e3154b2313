/**
 * What a study's pipeline file makes of its networks: how many of each depth, how many epochs, snapshots and probed snapshots.
 *
 * @module
 */
import type { z } from "zod";
import { snapshotEpochs } from "../lib/nn/snapshot_epochs.ts";
import { formatDiagnostics } from "../lib/pipeline/diagnostic_text.ts";
import type { Stage } from "../lib/pipeline/file/pipeline.ts";
import { readPipeline } from "../lib/pipeline/commands/pipeline_reader.ts";
import { toJson } from "../lib/pipeline/value.ts";
import probe from "../stages/probe.ts";
import train from "../stages/train.ts";

/** The work of a study of perceptrons, whose networks differ in depth, seed and labels. */
export interface FigureWork {
  /** Networks of each depth, ascending. */
  readonly networks: readonly { readonly depth: number; readonly count: number }[];
  readonly width: number;
  readonly batch: number;
  readonly optimizer: z.output<typeof train.parameters>["optimizer"];
  readonly epochs: number;
  /** Snapshots of a network. */
  readonly snapshots: number;
  /** How many of those are probed by SGD; one of them in other ways too. */
  readonly probed: number;
  readonly probe: z.output<typeof probe.parameters>;
}

/**
 * Reads a pipeline file.
 *
 * @throws {Error} where it cannot be read, or its networks are others
 */
export async function readFigureWork(file: string): Promise<FigureWork> {
  const read = await readPipeline(await Deno.realPath(file));
  if (!read.ok) throw new Error(formatDiagnostics(read.diagnostics));
  const values = (group: string) => read.value.stages.filter((stage) => stage.group === group).map(valuesOf);
  const trainings = values("train").map((given) => train.parameters.parse(given));
  const [first, probes] = [trainings[0]!, probe.parameters.parse(values("probe")[0])];
  const models = trainings.map(({ model }) =>
    model as { kind: string; depth: number; width: number; batchNorm: boolean }
  );
  if (models.some(({ kind, batchNorm }) => kind !== "mlp" || !batchNorm)) {
    throw new Error(
      `${file} has other networks than perceptrons with batch norm, which alone the script in PyTorch trains`,
    );
  }
  const depths = Map.groupBy(models, ({ depth }) => depth);
  return {
    networks: [...depths].map(([depth, { length }]) => ({ depth, count: length })).sort((a, b) => a.depth - b.depth),
    width: models[0]!.width,
    batch: first.batch,
    optimizer: first.optimizer,
    epochs: first.epochs,
    snapshots: snapshotEpochs(first.snapshots, first.epochs, first.optimizer.drops).length,
    probed: probes.epochs.length,
    probe: probes,
  };
}

function valuesOf({ action }: Stage): unknown {
  return action.kind === "run" ? toJson(action.with) : {};
}
