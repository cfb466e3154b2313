import assert from "node:assert/strict";
import { readSafetensors, writeSafetensors } from "../../lib/formats/safetensors.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import {
  listSnapshots,
  modelOf,
  readSnapshot,
  type Snapshot,
  snapshotName,
  writeSnapshot,
} from "../../lib/nn/snapshot.ts";
import { initialVariables } from "../../lib/nn/variables.ts";

function snapshot(epoch: number): Snapshot {
  const header = {
    dataset: "clusters",
    model: modelParameter.parse({ kind: "mlp", depth: 2, width: 5 }),
    input: [4, 4, 1] as const,
    classes: 3,
    normalisation: { mean: [0.5], deviation: [0.25] },
    seed: 9,
    epoch,
  };
  return { ...header, variables: initialVariables(modelOf(header), 9) };
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readSnapshot() reads what writeSnapshot() wrote", () =>
  inFolder(async (folder) => {
    const path = `${folder}/${snapshotName(7)}`;
    await writeSnapshot(path, snapshot(7));
    assert.deepEqual(await readSnapshot(path), snapshot(7));
    assert.deepEqual(
      Object.keys(modelOf(await readSnapshot(path)).parameters),
      Object.keys(modelOf(snapshot(7)).parameters),
    );
  }));

Deno.test("writeSnapshot() gives equal bytes for equal snapshots", () =>
  inFolder(async (folder) => {
    await writeSnapshot(`${folder}/a`, snapshot(1));
    await writeSnapshot(`${folder}/b`, snapshot(1));
    assert.deepEqual(await Deno.readFile(`${folder}/a`), await Deno.readFile(`${folder}/b`));
  }));

Deno.test("listSnapshots() orders by epoch and passes over other files", () =>
  inFolder(async (folder) => {
    for (const epoch of [10, 2, 12345]) await writeSnapshot(`${folder}/${snapshotName(epoch)}`, snapshot(epoch));
    await Deno.writeTextFile(`${folder}/notes.txt`, "");
    assert.deepEqual((await listSnapshots(folder)).map(({ epoch }) => epoch), [2, 10, 12345]);
    assert.equal((await listSnapshots(folder))[0]!.path, `${folder}/epoch-0002.safetensors`);
  }));

Deno.test("listSnapshots() names a folder without snapshots", () =>
  inFolder((folder) =>
    assert.rejects(listSnapshots(folder), {
      message: `${folder}: no snapshot found, expected files such as epoch-0000.safetensors`,
    })
  ));

Deno.test("readSnapshot() names the file and what is wrong in it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/snapshot.safetensors`;
    const damaged = async (change: (file: Awaited<ReturnType<typeof readSafetensors>>) => void, expected: RegExp) => {
      await writeSnapshot(path, snapshot(0));
      const file = await readSafetensors(path);
      change(file);
      await writeSafetensors(path, file);
      await assert.rejects(readSnapshot(path), (error: Error) => {
        assert.ok(error.message.startsWith(`${path}: `), error.message);
        assert.match(error.message, expected);
        return true;
      });
    };
    await damaged(
      (file) => Reflect.set(file.metadata, "format", "else"),
      /expected the format "mindepth snapshot 1", found "else"/,
    );
    await damaged((file) => Reflect.set(file.metadata, "seed", "{"), /"seed" in the header is not JSON/);
    await damaged((file) => Reflect.set(file.metadata, "classes", "1"), /classes/);
    await damaged(
      (file) => Reflect.set(file.metadata, "classes", "4"),
      /"parameters\/output.weight" has shape \[5,3\], the model needs \[5,4\]/,
    );
    await damaged((file) => Reflect.deleteProperty(file.tensors, "statistics/2.mean"), /statistics\/2.mean/);
    await damaged((file) => {
      (file.tensors["parameters/1.scale"]!.data as Float32Array)[0] = NaN;
    }, /"parameters\/1.scale" holds values that are not finite/);
    await damaged((file) => {
      Reflect.set(file.tensors, "parameters/more", { dtype: "F32", shape: [1], data: Float32Array.of(1) });
    }, /"parameters\/more" is none of the model's/);
  }));
