import assert from "node:assert/strict";
import { channelStatistics } from "../../lib/datasets/dataset.ts";
import { examplesOf } from "../../lib/nn/evaluation.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { type Checkpoint, training, type TrainingOptions } from "../../lib/nn/training.ts";
import { cpuRuntime } from "../../lib/runtimes/cpu.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import { clusters } from "./clusters.ts";

const dataset = clusters();

function options(changes: Partial<TrainingOptions> & { lr?: number; batchNorm?: boolean } = {}): TrainingOptions {
  const { lr = 0.05, batchNorm = true, ...rest } = changes;
  const parameters = modelParameter.parse({ kind: "mlp", depth: 2, width: 10, batchNorm });
  return {
    model: buildModel(parameters, dataset.train.shape, 3),
    normalisation: channelStatistics(dataset.train),
    loss: "cross-entropy",
    augmentation: null,
    optimizer: optimizerParameter.parse({ lr, drops: { at: [2], factor: 0.1 } }),
    batch: 64,
    epochs: 4,
    seed: 0,
    evaluateEvery: 1,
    train: examplesOf(dataset.train),
    test: examplesOf(dataset.test),
    runtime: cpuRuntime,
    threads: 1,
    ...rest,
  };
}

type Yielded = Checkpoint & { readonly history: Record<string, number | null> };

async function run(options: TrainingOptions): Promise<Yielded[]> {
  return await Array.fromAsync(training(options));
}

for (const batchNorm of [true, false]) {
  Deno.test(`training() learns separable clusters ${batchNorm ? "with" : "without"} batch norm`, async () => {
    const epochs = await run(options({ batchNorm, batch: 16, lr: 0.05 }));
    const rows = epochs.map(({ history }) => history);
    assert.deepEqual(rows.map(({ epoch }) => epoch), [0, 1, 2, 3, 4]);
    assert.deepEqual(rows.map(({ learning_rate }) => learning_rate), [null, 0.05, 0.05, 0.05 * 0.1, 0.05 * 0.1]);
    const [first, last] = [rows[0]!, rows[4]!];
    assert.equal(first.train_loss, null);
    assert.ok(last.train_evaluation_loss! < first.train_evaluation_loss! / 3);
    assert.ok(last.train_loss! < rows[1]!.train_loss!);
    assert.equal(last.train_accuracy, 1);
    assert.equal(last.test_accuracy, 1);
  });
}

Deno.test("training() gives the same bytes for the same seed and others for another", async () => {
  const [one, same, other] = [await run(options()), await run(options()), await run(options({ seed: 1 }))];
  assert.deepEqual(one, same);
  assert.notDeepEqual(one.at(-1)!.variables, other.at(-1)!.variables);
  assert.notDeepEqual(one.at(-1)!.history, other.at(-1)!.history);
});

for (
  const [what, changes] of [
    ["as it is", {}],
    ["with augmentation", { augmentation: { pad: 1, flip: true } }],
    ["with the other loss, and all of the optimizer", {
      loss: "mse",
      optimizer: optimizerParameter.parse({
        lr: 0.05,
        cosine: {},
        warmUp: 1.5,
        nesterov: true,
        decay: "weights",
        decoupled: true,
        clip: 0.1,
      }),
    }],
  ] satisfies [string, Partial<TrainingOptions>][]
) {
  Deno.test(`training() goes on from a checkpoint to the bytes of an uninterrupted training, ${what}`, async () => {
    const whole = await run(options(changes));
    if (what !== "as it is") {
      const plain = await run(options());
      assert.notDeepEqual(whole[1]!.variables, plain[1]!.variables);
    }
    const { epoch, variables, velocities } = whole[2]!;
    const rest = await run(options({ ...changes, start: { epoch, variables, velocities } }));
    assert.deepEqual(rest, whole.slice(3));
  });
}

Deno.test("training() evaluates at both ends and where evaluateEvery says", async () => {
  const epochs = await run(options({ evaluateEvery: 3 }));
  assert.deepEqual(epochs.map(({ history }) => history.train_accuracy !== null), [true, false, false, true, true]);
  assert.ok(epochs.every(({ history }) => history.epoch === 0 || history.train_loss !== null));
});

Deno.test("training() uses the last, smaller batch", async () => {
  // 300 examples: with a learning rate of zero the running accuracy counts each of them once.
  const still = options({ batch: 299, epochs: 1, batchNorm: false });
  const frozen = { ...still, optimizer: { ...still.optimizer, lr: 0 } };
  const [before, after] = await run(frozen);
  assert.equal(after!.history.running_accuracy, before!.history.train_accuracy);
});

Deno.test("training() clips the gradients: one step moves all parameters by lr times the limit", async () => {
  const optimizer = optimizerParameter.parse({ lr: 0.5, momentum: 0, weightDecay: 0, clip: 0.01 });
  const [before, after] = await run(options({ optimizer, batch: 300, epochs: 1 }));
  const moved = Object.entries(after!.variables).filter(([name]) => name.startsWith("parameters/")).flatMap(
    ([name, values]) => [...values].map((value, index) => value - before!.variables[name]![index]!),
  );
  assert.ok(Math.abs(Math.hypot(...moved) / 0.005 - 1) < 1e-3, `${Math.hypot(...moved)}`);
});

for (const runtime of [cpuRuntime, onnxRuntime]) {
  Deno.test(`training() names epoch, step, variable and learning rate when the loss is not finite, on ${runtime.name}`, async () => {
    const optimizer = optimizerParameter.parse({ lr: 1e30, weightDecay: 1e30 });
    await assert.rejects(run(options({ optimizer, batchNorm: false, runtime })), (error: Error) => {
      assert.match(
        error.message,
        /^Training diverged: the loss is (NaN|Infinity) at epoch 1, step 2 of 5, learning rate 1e\+30, where parameters\/1\.weight is the first variable that is not finite; try a lower optimizer\.lr/,
      );
      return true;
    });
  });

  Deno.test(`training() names the layer where finite variables give a loss that is not, on ${runtime.name}`, async () => {
    const settings = options({ batchNorm: false, runtime, augmentation: { pad: 1, flip: true } });
    const [untrained] = await run({ ...settings, epochs: 0 });
    // The first layer's features fit, the second one's do not.
    const { epoch, velocities, variables: initial } = untrained!;
    const variables = { ...initial };
    for (const name of ["parameters/1.weight", "parameters/2.weight"]) {
      variables[name] = variables[name]!.map((weight) => weight * 1e25);
    }
    await assert.rejects(run({ ...settings, start: { epoch, variables, velocities } }), {
      message: /at epoch 1, step 1 of 5, learning rate 0\.05, where layer 2 is the first that is not finite; try/,
    });
  });
}

Deno.test("training() refuses a last batch of one example where batch norm needs a variance", async () => {
  await assert.rejects(run(options({ batch: 299 })), {
    message: "The last batch of 300 examples in batches of 299 holds one, whose variance batch norm cannot take; " +
      "choose another batch size",
  });
});
