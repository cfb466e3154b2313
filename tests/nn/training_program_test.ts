import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { Random } from "../../lib/nn/random.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { clusters } from "./clusters.ts";

// That each runtime gives the same losses is tested in tests/runtimes/training_test.ts.
Deno.test("trainingProgram() gives a ResNet18 the same bytes whatever the number of threads", async () => {
  const dataset = clusters({ train: 320, classes: 10, deviation: 40 });
  const network = buildModel(modelParameter.parse({ kind: "resnet18", width: 8 }), dataset.train.shape, 10);
  const variables = initialVariables(network, 0);
  const velocities = Object.keys(network.parameters).map((name) => {
    return [`velocities/${name}`, new Float32Array(variables[`parameters/${name}`]!.length)];
  });
  const optimizer = optimizerParameter.parse({ lr: 0.01 });
  const program = trainingProgram(network, channelStatistics(dataset.train), optimizer);
  const states = await Promise.all([1, 2, 3, 4].map(async (threads) => {
    const executable = await onnxRuntime.compile(program, { batch: 64, threads });
    const { state } = await executable.run({
      examples: { ...examplesOf(dataset.train) },
      order: Int32Array.from(new Random(0, "order 1").permutation(320)),
      scalars: { learningRate: Float32Array.from({ length: 5 }, (_, step) => 0.1 / (1 + step)) },
      state: { ...variables, ...Object.fromEntries(velocities) },
    });
    await executable.dispose();
    return state;
  }));
  for (const state of states) assert.deepEqual(state, states[0]);
});
