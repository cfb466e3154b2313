/**
 * Time of a training step of multilayer perceptrons in the `onnx` runtime, one thread, in milliseconds: the fastest of
 * several epochs of 25 steps (others may be using the machine), beside the time that the step's matrix products alone take at
 * the speed measured for a large one just before.
 *
 * ```sh
 * deno run -A bench/training_step.ts [--rounds=9]
 * ```
 *
 * @module
 */
import * as ort from "onnxruntime-node";
import { OnnxGraph } from "../lib/compile/onnx/model.ts";
import { onnxRuntime } from "../lib/runtimes/onnx.ts";
import { mlp, trainingInputs, trainingProgram } from "../tests/compile/support/network.ts";

const rounds = Number(Deno.args.find((argument) => argument.startsWith("--rounds="))?.slice("--rounds=".length) ?? 9);
const batch = 128;
const steps = 25;
const width = 100;
const classes = 10;

/** Milliseconds of the fastest call. */
async function time(run: () => Promise<unknown>): Promise<number> {
  await run();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** Floating-point operations a second of a product of [128, inner] and [inner, 100], a hundred of them a call. */
async function productSpeed(inner: number): Promise<number> {
  const repetitions = 100;
  const graph = new OnnxGraph("g");
  graph.input("left", "float32", [batch, inner]);
  graph.input("right", "float32", [inner, width]);
  const sums = Array.from({ length: repetitions }, (_, index) => {
    // Each product has an addend of its own, so that none is a copy of another.
    return graph.add("Gemm", ["left", "right", graph.scalar(index)], {});
  });
  const output = graph.add("ReduceSum", [graph.add("Concat", sums, { axis: 0 })], { keepdims: 0 });
  graph.output(output, "float32", []);
  const session = await ort.InferenceSession.create(graph.model(), { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const ones = (rows: number, columns: number) =>
    new ort.Tensor("float32", new Float32Array(rows * columns).fill(1), [rows, columns]);
  const feeds = { left: ones(batch, inner), right: ones(inner, width) };
  const milliseconds = await time(() => session.run(feeds));
  await session.release();
  return 2 * batch * inner * width * repetitions / (milliseconds / 1000);
}

for (const [image, batchNorm] of [[[32, 32, 3], false], [[28, 28, 1], false], [[28, 28, 1], true]] as const) {
  for (const depth of [2, 4, 8, 16]) {
    const network = mlp({ image: [...image], widths: Array<number>(depth).fill(width), classes, batchNorm });
    const inputs = trainingInputs(
      network,
      batch * steps,
      Int32Array.from({ length: batch * steps }, (_, i) => i),
      batch,
    );
    const executable = await onnxRuntime.compile(trainingProgram(network), { batch });
    const speed = await productSpeed(image[0] * image[1] * image[2]);
    const milliseconds = await time(() => executable.run(inputs)) / steps;
    await executable.dispose();
    const pixels = image[0] * image[1] * image[2];
    // Forward, and the gradients of the weights and of the features, which the images do not need.
    const operations = 2 * batch * (2 * pixels * width + 3 * (depth - 1) * width * width + 3 * width * classes);
    const bound = 1000 * operations / speed;
    console.log(
      `${pixels} inputs, depth ${depth}${batchNorm ? ", batch norm" : ""}: ` +
        `${milliseconds.toFixed(2)} ms a step, products alone ${bound.toFixed(2)} ms at ${
          (speed / 1e9).toFixed(0)
        } GFLOP/s`,
    );
  }
}
