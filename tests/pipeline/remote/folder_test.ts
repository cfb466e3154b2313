import assert from "node:assert/strict";
import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectRemote } from "../../../lib/pipeline/remote/collection.ts";
import { FolderStore } from "../../../lib/pipeline/remote/folder_store.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { bytesOf, holdsContract, remoteOf, withBlobs } from "./store_contract.ts";

const HOUR = 60 * 60 * 1000;

Deno.test("a folder is a remote", async () => {
  await withBlobs(async (_blobs, folder) => {
    const store = new FolderStore(join(folder, "remote"));
    await holdsContract(store, 5_000_000);
    assert.deepEqual([...Deno.readDirSync(join(folder, "remote/tmp"))], []);
    const items = await Array.fromAsync(store.list());
    assert.deepEqual(items.map(({ kind }) => kind).toSorted(), ["ac", "ac", "cas", "cas", "cas", "cas"]);
    for (const { kind, name } of items) await store.delete(kind, name);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
  });
});

Deno.test("what is damaged in a folder, or cut off, is found out, and nothing of it is taken", async () => {
  await withBlobs(async (blobs, folder) => {
    const store = new FolderStore(join(folder, "remote"));
    const bytes = bytesOf(4, 400_000);
    const name = { sha256: sha256(bytes), size: bytes.length };
    await remoteOf(store).write(name, { kind: "bytes", bytes });
    const path = join(folder, "remote/cas", name.sha256.slice(0, 2), name.sha256);
    const wrong = bytes.slice();
    wrong[200_000]! ^= 1;
    for (const found of [wrong, bytes.slice(0, 200_000), new Uint8Array(), new Uint8Array([...bytes, 0])]) {
      writeFileSync(path, found);
      await assert.rejects(remoteOf(store).read(name), RemoteError);
      await assert.rejects(remoteOf(store).readInto(blobs, name), RemoteError);
      assert.equal(existsSync(blobs.path(name.sha256)), false);
    }
    writeFileSync(path, bytes);
    assert.equal(await remoteOf(store).readInto(blobs, name), true);
  });
});

Deno.test("a write that is ended leaves nothing, and one that was killed is cleared away after a day", async () => {
  await withBlobs(async (_blobs, folder) => {
    const ending = new AbortController();
    const store = new FolderStore(join(folder, "remote"), ending.signal);
    const bytes = bytesOf(5, 8_000_000);
    const path = join(folder, "file");
    writeFileSync(path, bytes);
    const name = { sha256: sha256(bytes), size: bytes.length };
    const seen: number[] = [];
    const writing = store.write(name, { kind: "file", path, size: bytes.length }, (position) => {
      seen.push(position);
      if (seen.length === 3) ending.abort();
    });
    await assert.rejects(writing, RemoteError);
    assert.ok(seen.at(-1)! < bytes.length, "it ended on the way");
    assert.deepEqual([...Deno.readDirSync(join(folder, "remote/tmp"))], []);
    assert.equal(await store.has(name.sha256), false);

    const now = Date.now();
    for (const [draft, age] of [["young", 23 * HOUR], ["old", 25 * HOUR]] as const) {
      writeFileSync(join(folder, "remote/tmp", draft), "half");
      utimesSync(join(folder, "remote/tmp", draft), now / 1000, (now - age) / 1000);
    }
    await collectRemote(remoteOf(store), { entries: [], contents: [], freed: 0, left: 0 }, now);
    assert.deepEqual([...Deno.readDirSync(join(folder, "remote/tmp"))].map(({ name }) => name), ["young"]);
  });
});
