import assert from "node:assert/strict";
import train from "../../stages/train.ts";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { readTable } from "../../lib/formats/table.ts";
import { listSnapshots, readSnapshot } from "../../lib/nn/snapshot.ts";
import { clusters } from "../nn/clusters.ts";

interface Attempt {
  readonly folder: string;
  readonly parameters?: Record<string, unknown>;
  readonly memory?: number;
  readonly machineMemory?: number;
  readonly signal?: AbortSignal;
  readonly onEpoch?: (epoch: number) => void;
}

/** Runs the stage in a folder that holds a data set. */
async function run(
  { folder, parameters = {}, memory = 0, machineMemory = 1e12, signal, onEpoch }: Attempt,
): Promise<{ done: number[] }> {
  const done: number[] = [];
  await Deno.mkdir(`${folder}/state`, { recursive: true });
  const outs = { snapshots: `${folder}/snapshots`, history: `${folder}/history.csv` };
  await train.run({
    with: train.parameters.parse({
      model: { kind: "mlp", depth: 2, width: 8 },
      optimizer: { lr: 0.05, drops: { at: ["50%"] } },
      batch: 64,
      epochs: 4,
      runtime: "cpu",
      ...parameters,
    }),
    deps: { dataset: `${folder}/dataset` },
    outs,
    state: `${folder}/state`,
    resources: { cpus: 1, gpus: 0, memory, machineMemory },
    progress: (progress) => {
      done.push(progress.done);
      onEpoch?.(progress.done);
    },
    signal: signal ?? new AbortController().signal,
  });
  return { done };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await writeDataset(`${folder}/dataset`, clusters());
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function contents(folder: string): Promise<Record<string, Uint8Array>> {
  const files = [`${folder}/history.csv`, ...(await listSnapshots(`${folder}/snapshots`)).map(({ path }) => path)];
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path.slice(folder.length), await Deno.readFile(path)])),
  );
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

/** Removes what the stage left, its state too. */
async function clear(folder: string): Promise<void> {
  for (const name of (await names(folder)).filter((name) => name !== "dataset")) {
    await Deno.remove(`${folder}/${name}`, { recursive: true });
  }
}

/** What the stage leaves where it begins at the beginning. */
async function anew(attempt: Attempt): Promise<Record<string, Uint8Array>> {
  await run(attempt);
  return await contents(attempt.folder);
}

Deno.test("the train stage leaves snapshots and a history with the identity first", () =>
  inFolder(async (folder) => {
    const { done } = await run({ folder, parameters: { seed: 3, snapshots: { at: ["50%"] } } });
    assert.deepEqual(done, [0, 1, 2, 3, 4]);

    const snapshots = await listSnapshots(`${folder}/snapshots`);
    assert.deepEqual(snapshots.map(({ epoch }) => epoch), [0, 2, 4]);
    const last = await readSnapshot(snapshots[2]!.path);
    assert.equal(last.dataset, "clusters");
    assert.deepEqual([last.seed, last.epoch, last.classes, last.input], [3, 4, 3, [4, 4, 1]]);
    assert.deepEqual(last.model, {
      kind: "mlp",
      depth: 2,
      width: 8,
      batchNorm: true,
      residual: false,
      initialisation: "pytorch",
    });

    const rows = await readTable(`${folder}/history.csv`);
    assert.deepEqual(Object.keys(rows[0]!).slice(0, 9), [
      "dataset",
      "model",
      "depth",
      "width",
      "seed",
      "label_noise",
      "variant",
      "epoch",
      "learning_rate",
    ]);
    assert.deepEqual(Object.values(rows[0]!).slice(0, 11), [
      "clusters",
      "mlp",
      2,
      8,
      3,
      0,
      "lr 0.05, drops at 2, batch 64",
      0,
      null,
      null,
      null,
    ]);
    assert.deepEqual(rows.map(({ learning_rate }) => learning_rate), [null, 0.05, 0.05, 0.05 * 0.1, 0.05 * 0.1]);
    assert.equal(rows[4]!.train_accuracy, 1);
  }));

Deno.test("the train stage leaves the same bytes for the same seed and others for another", () =>
  inFolder(async (folder) => {
    const results: Record<string, Uint8Array>[] = [];
    for (const seed of [0, 0, 1]) {
      await run({ folder, parameters: { seed } });
      results.push(await contents(folder));
      await clear(folder);
    }
    assert.equal(Object.keys(results[0]!).length, 6);
    assert.deepEqual(results[0], results[1]);
    for (const [name, bytes] of Object.entries(results[0]!)) assert.notDeepEqual(bytes, results[2]![name]);
  }));

Deno.test("the train stage ends between epochs when it is aborted", () =>
  inFolder(async (folder) => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await assert.rejects(run({ folder, signal: controller.signal }), { message: "enough" });
    assert.deepEqual((await names(`${folder}/state`)).map((name) => name.slice(0, 10)), ["epoch-0000"]);
  }));

/** Ends the stage in the epoch after the given one. */
async function interrupt({ folder, parameters = {} }: Attempt, epoch: number): Promise<void> {
  const controller = new AbortController();
  const onEpoch = (done: number) => done === epoch ? controller.abort(new Error("enough")) : undefined;
  await assert.rejects(run({ folder, parameters, signal: controller.signal, onEpoch }), { message: "enough" });
}

const everything = {
  loss: "mse",
  optimizer: { lr: 0.05, cosine: {}, warmUp: 1, nesterov: true, decay: "weights", decoupled: true, clip: 1 },
  labelNoise: { share: 0.3 },
  augmentation: { pad: 1 },
};
for (const options of [{}, everything]) {
  const what = Object.keys(options).length === 0 ? "" : `, with ${Object.keys(options).join(", ")}`;
  Deno.test(`the train stage goes on after the epoch in which it was asked to end, to the same bytes${what}`, () =>
    inFolder(async (folder) => {
      // No snapshot in between: the checkpoint is there because of the signal alone.
      const parameters = { snapshots: { at: [1] }, ...options };
      const undisturbed = await anew({ folder, parameters });
      for (const epoch of [0, 2, 3]) {
        await clear(folder);
        await interrupt({ folder, parameters }, epoch);
        assert.deepEqual((await run({ folder, parameters })).done, [2, 3, 4].filter((done) => done > epoch + 1));
        assert.deepEqual(await contents(folder), undisturbed);
      }
    }));
}

Deno.test("the train stage stops when it interpolates, keeps that epoch and ends at the same bytes wherever it was stopped", () =>
  inFolder(async (folder) => {
    // The drop never comes, so that the number of epochs does not matter to the schedule.
    const optimizer = { lr: 0.05 };
    const parameters = {
      optimizer,
      epochs: 40,
      snapshots: { at: [0, 30] },
      earlyStop: { accuracy: 1, evaluations: 2 },
    };
    const { done } = await run({ folder, parameters });
    const last = done.at(-1)!;
    assert.ok(last < 30, `${last}`);
    const rows = await readTable(`${folder}/history.csv`);
    assert.deepEqual(rows.map(({ epoch }) => epoch), done);
    const reached = rows.map(({ train_accuracy }) => train_accuracy === 1);
    // Nowhere but at the end are there two in a row.
    assert.deepEqual(reached.flatMap((is, row) => is && reached[row - 1] ? [row] : []), [last]);
    assert.deepEqual((await listSnapshots(`${folder}/snapshots`)).map(({ epoch }) => epoch), [0, last]);

    const undisturbed = await contents(folder);
    // Asked to end in the epoch before the last, and in the last: then nothing is left to train.
    for (const epoch of [last - 2, last - 1]) {
      await clear(folder);
      await interrupt({ folder, parameters }, epoch);
      assert.deepEqual((await run({ folder, parameters })).done, [last].filter((done) => done > epoch + 1));
      assert.deepEqual(await contents(folder), undisturbed);
    }

    // After a training that went beyond, what lacks is the epoch itself, and after one with fewer epochs the rest of them.
    const gone = async (before: Record<string, unknown>) => {
      await clear(folder);
      await run({ folder, parameters: { ...parameters, ...before } });
      await Deno.remove(`${folder}/snapshots`, { recursive: true });
      const { done } = await run({ folder, parameters });
      assert.deepEqual(await contents(folder), undisturbed);
      return done;
    };
    const all = Array.from({ length: last }, (_, epoch) => epoch + 1);
    assert.deepEqual(await gone({ earlyStop: null }), all);
    assert.deepEqual(await gone({ earlyStop: null, snapshots: { at: [1, 30] } }), all.slice(1));
    assert.deepEqual(await gone({ epochs: last - 1, snapshots: { at: [0] } }), [last]);
  }));

Deno.test("the train stage that is killed goes on after its last snapshot, to the same bytes", () =>
  inFolder(async (folder) => {
    const parameters = { snapshots: { at: [2] } };
    const undisturbed = await anew({ folder, parameters });
    await clear(folder);
    // A failure right after epoch 3 leaves what a kill would leave.
    const onEpoch = (epoch: number) => {
      if (epoch === 3) throw new Error("killed");
    };
    await assert.rejects(run({ folder, parameters, onEpoch }), { message: "killed" });
    assert.deepEqual((await run({ folder, parameters })).done, [3, 4]);
    assert.deepEqual(await contents(folder), undisturbed);
  }));

Deno.test("the train stage trains anew where its checkpoints are damaged, or of another training", () =>
  inFolder(async (folder) => {
    const undisturbed = await anew({ folder });
    await clear(folder);
    await interrupt({ folder }, 1);
    for (const name of await names(`${folder}/state`)) await Deno.truncate(`${folder}/state/${name}`, 1000);
    assert.deepEqual((await run({ folder })).done, [0, 1, 2, 3, 4]);
    assert.deepEqual(await contents(folder), undisturbed);

    await clear(folder);
    await interrupt({ folder, parameters: { seed: 1 } }, 1);
    assert.deepEqual((await run({ folder })).done, [0, 1, 2, 3, 4]);
    assert.deepEqual(await contents(folder), undisturbed);
  }));

const lengthened: Record<string, { before: Record<string, unknown>; after: Record<string, unknown>; done: number[] }> =
  {
    "more epochs": {
      before: { optimizer: { lr: 0.05, drops: { at: [2] } }, epochs: 3 },
      after: { optimizer: { lr: 0.05, drops: { at: [2] } }, epochs: 5 },
      done: [4, 5],
    },
    "more epochs, not all of them evaluated": {
      before: { optimizer: { lr: 0.05 }, epochs: 3, evaluateEvery: 2 },
      after: { optimizer: { lr: 0.05 }, epochs: 5, evaluateEvery: 2 },
      done: [4, 5],
    },
    "fewer epochs": {
      before: { optimizer: { lr: 0.05 }, epochs: 4 },
      after: { optimizer: { lr: 0.05 }, epochs: 3 },
      done: [],
    },
    "fewer epochs, of which the last was not evaluated": {
      before: { optimizer: { lr: 0.05 }, epochs: 4, evaluateEvery: 2 },
      after: { optimizer: { lr: 0.05 }, epochs: 3, evaluateEvery: 2 },
      done: [3],
    },
    "a snapshot more": {
      before: { snapshots: { at: [1] } },
      after: { snapshots: { at: [1, 3] } },
      done: [2, 3],
    },
    "a later drop": {
      before: { optimizer: { lr: 0.05, drops: { at: [2] } } },
      after: { optimizer: { lr: 0.05, drops: { at: [3] } } },
      done: [3, 4],
    },
    "more epochs of a cosine, which is the same nowhere": {
      before: { optimizer: { lr: 0.05, cosine: {} }, epochs: 3 },
      after: { optimizer: { lr: 0.05, cosine: {} }, epochs: 4 },
      done: [1, 2, 3, 4],
    },
    "a cosine instead of the warm-up's end": {
      before: { optimizer: { lr: 0.05, warmUp: 2 } },
      after: { optimizer: { lr: 0.05, warmUp: 2, cosine: {} } },
      done: [3, 4],
    },
    "a longer schedule that is the same nowhere": {
      before: { optimizer: { lr: 0.05, warmUp: 1 } },
      after: { optimizer: { lr: 0.05, warmUp: 2 } },
      done: [1, 2, 3, 4],
    },
  };
for (const [what, { before, after, done }] of Object.entries(lengthened)) {
  Deno.test(`the train stage with ${what} goes on where the training is the same, to the same bytes`, () =>
    inFolder(async (folder) => {
      const expected = await anew({ folder, parameters: after });
      await clear(folder);
      await run({ folder, parameters: before });
      await Deno.remove(`${folder}/snapshots`, { recursive: true });
      assert.deepEqual((await run({ folder, parameters: after })).done, done);
      assert.deepEqual(await contents(folder), expected);
    }));
}

Deno.test("the train stage refuses what cannot fit in the memory that is granted or there, before it starts", () =>
  inFolder(async (folder) => {
    const needs =
      /^Training needs about 2\d\d MB of memory \([\d.]+ kB for variables, [\d.]+ kB for activations and gradients, /;
    for (
      const [memory, machineMemory, reason] of [
        [1e6, 1e12, /, but resources\.memory grants 1\.00 MB; grant more, or take a smaller batch, width or depth$/],
        [
          0,
          2e6,
          /, but there are 2\.00 MB for the whole of this machine or container; take a smaller batch, width or depth$/,
        ],
        [1e12, 2e6, /, but there are 2\.00 MB for the whole of this machine/],
      ] as const
    ) {
      const refused = (error: Error) => needs.test(error.message) && reason.test(error.message);
      await assert.rejects(run({ folder, memory, machineMemory }), refused);
    }
    await assert.rejects(Deno.stat(`${folder}/snapshots`), Deno.errors.NotFound);
  }));

Deno.test("the train stage's parameters refuse a misspelt key and values out of range", () => {
  const valid = { model: { kind: "mlp", depth: 2 }, optimizer: { lr: 0.1 }, epochs: 3 };
  const parsed = train.parameters.parse(valid);
  assert.deepEqual([parsed.batch, parsed.seed, parsed.evaluateEvery], [128, 0, 1]);
  assert.deepEqual(parsed.optimizer.drops, { at: [], factor: 0.1 });
  assert.deepEqual(parsed.snapshots, { at: [], every: 1, dense: 0 });
  for (
    const wrong of [
      { ...valid, epoch: 3 },
      { ...valid, model: { kind: "mlp", depth: 0 } },
      { ...valid, model: { kind: "resnet", depth: 2 } },
      { ...valid, optimizer: { lr: -0.1 } },
      { ...valid, optimizer: { lr: 0.1, drops: { at: [1], factor: 2 } } },
    ]
  ) assert.ok(!train.parameters.safeParse(wrong).success, JSON.stringify(wrong));
});
