/**
 * `deno task graph`: what the compiler makes of a stage's training step.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Graph } from "../lib/compile/graph/graph.ts";
import { countKinds } from "../lib/compile/graph/kinds.ts";
import { graphText } from "../lib/compile/graph/text.ts";
import { lowerLoop as lowerOnnx } from "../lib/compile/onnx/loop.ts";
import { countOperators } from "../lib/compile/onnx/operators.ts";
import { onnxPasses } from "../lib/compile/onnx/passes.ts";
import { optimise } from "../lib/compile/passes/optimise.ts";
import { lowerLoop as lowerStablehlo } from "../lib/compile/stablehlo/loop.ts";
import { countOperations } from "../lib/compile/stablehlo/operations.ts";
import { traceProgram } from "../lib/compile/trace/trace.ts";
import { channelStatistics, type DescribedDataset, readDataset } from "../lib/datasets/dataset.ts";
import { modelOf } from "../lib/nn/snapshot.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { formatDiagnostics } from "../lib/pipeline/diagnostic_text.ts";
import type { Stage } from "../lib/pipeline/file/pipeline.ts";
import { readPipeline } from "../lib/pipeline/commands/pipeline_reader.ts";
import { nameHints } from "../lib/pipeline/nearest.ts";
import { toJson } from "../lib/pipeline/value.ts";
import train from "../stages/train.ts";

const usage = `deno task graph [--file FILE] [--counts] STAGE

Prints the training step of a stage as the compiler has it: as it was traced, after the passes for ONNX Runtime, and how many
operations that is in each, in ONNX and in StableHLO. STAGE is a stage of stages/train.ts, such as train@4.

  --file FILE   the pipeline file; pipeline.yaml if absent
  --counts      only how many operations`;

/** What stops this command, to be said without a stack. */
class Refusal extends Error {}

/** The stage of a name, which has to train. */
async function stageNamed(name: string, file: string): Promise<Stage> {
  const read = await readPipeline(await Deno.realPath(file));
  if (!read.ok) throw new Refusal(formatDiagnostics(read.diagnostics));
  const stages = read.value.stages.filter(({ action }) =>
    action.kind === "run" && action.module.endsWith("/stages/train.ts")
  );
  const names = stages.map((stage) => stage.name);
  const stage = stages.find((stage) => stage.name === name);
  if (stage !== undefined) return stage;
  throw new Refusal(
    [
      `No stage ${name} in ${file} runs stages/train.ts`,
      ...nameHints(name, names),
      `those that do: ${names.join(", ")}`,
    ]
      .join("; "),
  );
}

/** The images that a stage learns from, for their shape and what they are normalised by. */
async function datasetOf({ name, deps }: Stage): Promise<DescribedDataset> {
  const { path } = deps.find((dep) => dep.name === "dataset")!;
  try {
    return await readDataset(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Refusal(`${path} is not there, which ${name} learns from; bring it up to date first: deno task fetch`);
  }
}

/** A step of a stage's training as it was traced. */
async function tracedStep(stage: Stage): Promise<{ graph: Graph; count: number }> {
  const { action } = stage;
  const { model: kind, optimizer, loss, augmentation, batch } = train.parameters.parse(
    action.kind === "run" ? toJson(action.with) : {},
  );
  const dataset = await datasetOf(stage);
  const model = modelOf({ model: kind, input: dataset.train.shape, classes: dataset.classes.length });
  const program = trainingProgram(model, channelStatistics(dataset.train), optimizer, { loss, augmentation });
  return { graph: traceProgram(program, batch), count: dataset.train.count };
}

function countText(title: string, counts: ReadonlyMap<string, number>): string {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${title}: ${all} operations: ${[...counts].map(([name, count]) => `${name} ${count}`).join(", ")}`;
}

async function main(): Promise<void> {
  const { values, positionals: [name, ...rest] } = parseArgs({
    allowPositionals: true,
    options: { file: { type: "string" }, counts: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) return console.log(usage);
  if (name === undefined || rest.length > 0) throw new Refusal(usage);
  const { graph, count } = await tracedStep(await stageNamed(name, values.file ?? "pipeline.yaml"));
  const [optimised, forOnnx] = [optimise(graph), optimise(graph, onnxPasses({ winograd: true }))];
  if (!values.counts) {
    console.log(`As traced:\n\n${graphText(graph)}\nAfter the passes for ONNX Runtime:\n\n${graphText(forOnnx)}`);
  }
  const steps = Math.floor(count / graph.batch);
  const stablehlo = lowerStablehlo(optimised, { count, steps, precision: "float32" });
  console.log([
    countText("Traced", countKinds(graph)),
    countText("After the passes", countKinds(optimised)),
    countText("After those for ONNX Runtime", countKinds(forOnnx)),
    countText("ONNX", countOperators(lowerOnnx(forOnnx))),
    countText("StableHLO", countOperations(stablehlo.text)),
  ].join("\n"));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error instanceof Refusal ? error.message : `error: ${error.message}`);
  Deno.exit(1);
}
