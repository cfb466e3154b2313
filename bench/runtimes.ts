/**
 * A training step of perceptrons of the study's width by the runtimes named, in turn with `onnx`, one thread each: medians
 * and the medians of the rounds' ratios to `onnx`, as a table.
 *
 * ```sh
 * deno run -A bench/runtimes.ts [rounds] [runtime...]
 * ```
 *
 * All begin each round with the same parameters and see the same batches; the losses of the first two steps have to agree
 * with those of `onnx`. The state goes in and comes out once a round of 100 steps.
 *
 * @module
 */
import { buildModel, modelParameter } from "../lib/nn/model_parameter.ts";
import { Random } from "../lib/nn/random.ts";
import { optimizerParameter } from "../lib/nn/sgd.ts";
import { trainingProgram } from "../lib/nn/training_program.ts";
import { initialVariables } from "../lib/nn/variables.ts";
import { runtimeByName } from "../lib/runtimes/registry.ts";
import { row } from "./markdown.ts";

const rounds = Number(Deno.args[0] ?? 9);
const names = ["onnx", ...Deno.args.length > 1 ? Deno.args.slice(1) : ["tensorflow"]];
const [batch, steps, width, classes] = [128, 100, 100, 10];
const image: [number, number, number] = [32, 32, 3];
const normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] };
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });

const random = new Random(0, "benchmark");
const examples = {
  images: Uint8Array.from({ length: batch * steps * 3072 }, () => random.integer(256)),
  labels: Int32Array.from({ length: batch * steps }, () => random.integer(classes)),
};
const order = random.permutation(batch * steps);

/** Milliseconds a step, a list of rounds for each runtime. */
async function measure(depth: number, batchNorm: boolean): Promise<number[][]> {
  const model = buildModel(modelParameter.parse({ kind: "mlp", depth, width, batchNorm }), image, classes);
  const variables = initialVariables(model, 0);
  const velocities = Object.keys(model.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  const state = { ...variables, ...Object.fromEntries(velocities) };
  const scalars = { learningRate: new Float32Array(steps).fill(optimizer.lr) };
  const program = trainingProgram(model, normalisation, optimizer);
  const executables = await Promise.all(
    names.map(async (name) => (await runtimeByName(name)).compile(program, { batch, threads: 1 })),
  );
  const times: number[][] = names.map(() => []);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    let expected: readonly number[] | undefined;
    for (const [index, executable] of executables.entries()) {
      const start = performance.now();
      const outputs = await executable.run({ examples, order, scalars, state });
      const milliseconds = performance.now() - start;
      const losses = [...outputs.steps.loss!.data.subarray(0, 2)];
      expected ??= losses;
      if (!losses.every((loss, step) => Math.abs(loss / expected![step]! - 1) < 1e-3)) {
        throw new Error(`${names[index]} begins with the losses ${losses}, onnx with ${expected}: not the same work`);
      }
      if (round > 0) times[index]!.push(milliseconds / steps);
    }
  }
  for (const executable of executables) await executable.dispose();
  return times;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const header = ["depth", "batch norm", "onnx", ...names.slice(1).flatMap((name) => [name, "ratio"])];
console.log(`Milliseconds a step, medians of ${rounds} rounds of ${steps} steps; batch ${batch}, width ${width}\n`);
console.log(row(header));
console.log(row(header.map(() => "--:")));
for (const batchNorm of [false, true]) {
  for (const depth of [2, 4, 8, 16]) {
    const [ours, ...others] = await measure(depth, batchNorm) as [number[], ...number[][]];
    const compared = others.flatMap((times) => {
      return [median(times).toFixed(2), median(times.map((time, round) => time / ours[round]!)).toFixed(2)];
    });
    console.log(row([`${depth}`, batchNorm ? "yes" : "no", median(ours).toFixed(2), ...compared]));
  }
}
