import assert from "node:assert/strict";
import { buildModel, modelParameter, type ModelParameters } from "../../lib/nn/model_parameter.ts";
import type { Checkpoint } from "../../lib/nn/training.ts";
import { TrainingState } from "../../lib/nn/training_state.ts";
import { initialVariables } from "../../lib/nn/variables.ts";

const parameters: ModelParameters = modelParameter.parse({ kind: "mlp", depth: 2, width: 3 });
const network = { model: parameters, input: [2, 2, 1] as const, classes: 2 };
const model = buildModel(parameters, network.input, network.classes);
const variables = initialVariables(model, 0);
const checkpoint: Checkpoint = {
  epoch: 7,
  variables,
  velocities: Object.fromEntries(
    Object.entries(initialVariables(model, 1)).filter(([name]) => name.startsWith("parameters/"))
      .map(([name, values]) => [name.replace("parameters/", "velocities/"), values]),
  ),
};
const row = {
  epoch: 7,
  learning_rate: 0.1,
  train_loss: 1 / 3,
  running_accuracy: 0.5,
  train_accuracy: null,
  test_accuracy: null,
  train_evaluation_loss: null,
  test_loss: null,
};

/** A folder with the snapshot and the checkpoint of a training called "one". */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const state = await TrainingState.open(folder, model, "one");
    assert.deepEqual([state.start, state.problem, state.history], [undefined, undefined, []]);
    const normalisation = { mean: [0], deviation: [1] };
    await state.keep({ dataset: "test", ...network, normalisation, seed: 0, epoch: 7, variables });
    state.history.push(row);
    await state.save(checkpoint);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a training's state gives back the checkpoint, the history and the snapshots that were kept", () =>
  inFolder(async (folder) => {
    const state = await TrainingState.open(folder, model, "one");
    assert.deepEqual([state.start, state.problem, state.history], [checkpoint, undefined, [row]]);
    await state.deliver(`${folder}/out`);
    assert.deepEqual(
      await Deno.readFile(`${folder}/out/epoch-0007.safetensors`),
      await Deno.readFile(`${folder}/epoch-0007.safetensors`),
    );
  }));

Deno.test("a training's state names a file in which any one bit is wrong or that is cut off, and does not use it", () =>
  inFolder(async (folder) => {
    for (const name of ["checkpoint.safetensors", "epoch-0007.safetensors"]) {
      const path = `${folder}/${name}`;
      const whole = await Deno.readFile(path);
      const isRefused = async (bytes: Uint8Array<ArrayBuffer>, what: string) => {
        await Deno.writeFile(path, bytes);
        const { start, problem, history } = await TrainingState.open(folder, model, "one");
        assert.deepEqual([start, history], [undefined, []], what);
        assert.ok(problem!.includes(path), `${what}: ${problem}`);
      };
      for (let at = 0; at < whole.length; at += 37) {
        const bytes = whole.slice();
        bytes[at]! ^= 1 << at % 8;
        await isRefused(bytes, `${name}, byte ${at}`);
      }
      for (const length of [0, 7, 100, whole.length - 1]) await isRefused(whole.slice(0, length), `${length} bytes`);
      await Deno.writeFile(path, whole);
    }
  }));

Deno.test("a training's state is not used by another training", () =>
  inFolder(async (folder) => {
    const { start, problem } = await TrainingState.open(folder, model, "another");
    assert.deepEqual([start, problem], [undefined, `${folder}/checkpoint.safetensors: is of another training`]);
  }));
