import assert from "node:assert/strict";
import { buildModel, modelParameter, type ModelParameters } from "../../lib/nn/model_parameter.ts";
import type { SavedTraining } from "../../lib/nn/checkpoint.ts";
import type { Checkpoint } from "../../lib/nn/training.ts";
import { TrainingState } from "../../lib/nn/training_state.ts";
import { initialVariables } from "../../lib/nn/variables.ts";

const parameters: ModelParameters = modelParameter.parse({ kind: "mlp", depth: 2, width: 3 });
const model = buildModel(parameters, [2, 2, 1], 2);
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

const schedule = Array.from({ length: 9 }, (_, epoch) => `${epoch}`.repeat(64));
const options = { model, training: "one", schedule };
const saved: SavedTraining = { checkpoint, history: [row] };
const name = `epoch-0007-${"7".repeat(16)}.safetensors`;

function atEpoch(epoch: number): SavedTraining {
  return { checkpoint: { ...checkpoint, epoch }, history: [{ ...row, epoch }] };
}

/** A folder with the checkpoint of a training called "one" after epoch 7. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const state = await TrainingState.open(folder, options);
    assert.deepEqual([state.epochs, state.problems], [[], []]);
    await state.save(saved, { passing: false });
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("a training's state gives back the checkpoints and the history that were kept", () =>
  inFolder(async (folder) => {
    const state = await TrainingState.open(folder, options);
    assert.deepEqual([state.epochs, state.problems], [[7], []]);
    assert.deepEqual(await state.read(7), saved);
  }));

Deno.test("a training's state keeps a passing checkpoint until the next one", () =>
  inFolder(async (folder) => {
    const state = await TrainingState.open(folder, options);
    await state.save(atEpoch(1), { passing: true });
    assert.deepEqual(state.epochs, [1, 7]);
    await state.save(atEpoch(2), { passing: true });
    assert.deepEqual(state.epochs, [2, 7]);
    await state.save(atEpoch(3), { passing: false });
    await state.save(atEpoch(4), { passing: false });
    assert.deepEqual(state.epochs, [3, 4, 7]);
    assert.deepEqual((await TrainingState.open(folder, options)).epochs, [3, 4, 7]);
  }));

Deno.test("a training's state names a file in which any one bit is wrong or that is cut off, and does not use it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/${name}`;
    const whole = await Deno.readFile(path);
    const isRefused = async (bytes: Uint8Array<ArrayBuffer>, what: string) => {
      await Deno.writeFile(path, bytes);
      const { epochs, problems } = await TrainingState.open(folder, options);
      assert.deepEqual(epochs, [], what);
      assert.ok(problems[0]!.includes(path), `${what}: ${problems}`);
    };
    for (let at = 0; at < whole.length; at += 37) {
      const bytes = whole.slice();
      bytes[at]! ^= 1 << at % 8;
      await isRefused(bytes, `byte ${at}`);
    }
    for (const length of [0, 7, 100, whole.length - 1]) await isRefused(whole.slice(0, length), `${length} bytes`);
  }));

Deno.test("a training's state is not used by another training, and of one with another schedule as far as that is the same", () =>
  inFolder(async (folder) => {
    const other = await TrainingState.open(folder, { ...options, training: "another" });
    assert.deepEqual([other.epochs, other.problems], [[], [`${folder}/${name}: is of another training`]]);

    const later = await TrainingState.open(folder, { ...options, schedule: [...schedule.slice(0, 8), "other"] });
    assert.deepEqual(later.epochs, [7]);
    const sooner = await TrainingState.open(folder, { ...options, schedule: [...schedule.slice(0, 7), "other"] });
    assert.deepEqual([sooner.epochs, sooner.problems], [[], []]);
    await Deno.rename(`${folder}/${name}`, `${folder}/epoch-0007-other.safetensors`);
    const renamed = await TrainingState.open(folder, { ...options, schedule: [...schedule.slice(0, 7), "other"] });
    assert.match(renamed.problems[0]!, /is of another schedule$/);
  }));

Deno.test("a training's state is not whole at the last epoch where that was not evaluated", () =>
  inFolder(async (folder) => {
    assert.deepEqual((await TrainingState.open(folder, { ...options, schedule: schedule.slice(0, 8) })).epochs, []);
  }));

Deno.test("a training's state leaves its last checkpoint to later trainings, and as many others as a limit allows", () =>
  inFolder(async (folder) => {
    const state = await TrainingState.open(folder, options);
    for (const epoch of [0, 1, 2, 6]) await state.save(atEpoch(epoch), { passing: false });
    const other = await TrainingState.open(folder, { ...options, schedule: schedule.map((text) => `x${text}`) });
    await other.save(atEpoch(8), { passing: false });
    const { size } = await Deno.stat(`${folder}/${name}`);
    await Deno.writeFile(`${folder}/x.part`, new Uint8Array(10));
    await state.leave();
    assert.equal((await namesIn(folder)).filter((name) => name.endsWith(".safetensors")).length, 6);
    assert.ok(!(await namesIn(folder)).includes("x.part"));
    await state.leave(4.5 * size);
    assert.equal((await namesIn(folder)).filter((name) => name !== "spent").length, 4);
    assert.equal((await namesIn(`${folder}/spent`)).length, 3);
    await Deno.remove(`${folder}/spent`, { recursive: true });
    assert.deepEqual((await TrainingState.open(folder, options)).epochs, [0, 2, 6, 7]);
  }));

Deno.test("a training's state has all of its checkpoints again where it is killed before its stage has succeeded", () =>
  inFolder(async (folder) => {
    const state = await TrainingState.open(folder, options);
    for (const epoch of [0, 1, 2]) await state.save(atEpoch(epoch), { passing: false });
    await state.leave(0);
    assert.deepEqual((await namesIn(folder)).filter((entry) => entry !== "spent"), [name]);
    const again = await TrainingState.open(folder, options);
    assert.deepEqual([again.epochs, again.problems], [[0, 1, 2, 7], []]);
    assert.deepEqual((await again.read(1)).checkpoint.epoch, 1);
  }));
