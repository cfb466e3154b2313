import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FolderStore } from "../../../lib/pipeline/remote/folder_store.ts";
import { Meter } from "../../../lib/pipeline/remote/meter.ts";
import { inParallel } from "../../../lib/pipeline/remote/parallel.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";
import { withRetries } from "../../../lib/pipeline/remote/retry.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { compressed, compressFile } from "../../../lib/pipeline/remote/compression.ts";
import { bytesOf, HASTE, remoteOf, withBlobs } from "./store_contract.ts";

const text = (size: number): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode("epoch,loss\n1,0.5\n".repeat(size / 17));

Deno.test("no more requests are under way at once than a remote allows", async () => {
  await withBlobs(async (_blobs, folder) => {
    let [now, most] = [0, 0];
    class Counting extends FolderStore {
      override async has(sha256: string): Promise<boolean> {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 2));
        now--;
        return await super.has(sha256);
      }
    }
    const remote = remoteOf(new Counting(join(folder, "remote")), { requests: 3 });
    const names = Array.from({ length: 40 }, (_, index) => sha256(`${index}`));
    await inParallel(names, 20, async (name) => assert.equal(await remote.has(name), false));
    assert.equal(most, 3);
  });
});

Deno.test("what may pass is tried again after pauses that are random up to a doubling length, and nothing else is", async () => {
  const tried = async (error: Error, patience: Partial<typeof HASTE> = {}): Promise<number> => {
    let count = 0;
    await assert.rejects(withRetries({ ...HASTE, ...patience }, () => {
      count++;
      throw error;
    }));
    return count;
  };
  assert.equal(await tried(new RemoteError("busy", { transient: true })), HASTE.attempts);
  assert.equal(await tried(new RemoteError("no")), 1);
  assert.equal(await tried(new TypeError("a mistake of ours")), 1);

  const pausesOf = async (retryAfter: number): Promise<number[]> => {
    const times: number[] = [];
    await assert.rejects(withRetries({ attempts: 4, pause: 400, longestPause: 600, silence: 1 }, () => {
      times.push(performance.now());
      throw new RemoteError("busy", { transient: true, retryAfter });
    }));
    return times.slice(1).map((time, index) => time - times[index]!);
  };
  const pauses = await Promise.all(Array.from({ length: 30 }, () => pausesOf(0)));
  assert.ok(new Set(pauses.map(([first]) => Math.round(first! / 40))).size > 3, "they do not come back together");
  // What the server asks for, though never longer than the longest pause.
  for (const pause of await pausesOf(50)) assert.ok(pause >= 49, `${pause}`);
  for (const pause of await pausesOf(1e9)) assert.ok(pause >= 599 && pause < 30_000, `${pause}`);
});

Deno.test("a signal ends a pause at once", async () => {
  const ending = new AbortController();
  const began = performance.now();
  const trying = withRetries({ attempts: 9, pause: 60_000, longestPause: 60_000, silence: 1 }, () => {
    setTimeout(() => ending.abort(), 20);
    throw new RemoteError("busy", { transient: true, retryAfter: 60_000 });
  }, ending.signal);
  await assert.rejects(trying, /interrupted/);
  assert.ok(performance.now() - began < 10_000);
});

Deno.test("what gets smaller is stored compressed, and what does not as it is; either comes back", async () => {
  await withBlobs(async (blobs, folder) => {
    const store = new FolderStore(join(folder, "remote"));
    const stored = (digest: string): string => join(folder, "remote/cas", digest.slice(0, 2), digest);
    for (const [bytes, pays] of [[text(600_000), true], [bytesOf(7, 600_000), false], [text(200), false]] as const) {
      const name = { sha256: sha256(bytes), size: bytes.length };
      await remoteOf(store).write(name, { kind: "bytes", bytes: compressed(bytes) });
      assert.equal(statSync(stored(name.sha256)).size < bytes.length, pays);
      assert.equal(sha256((await remoteOf(store).read(name))!), name.sha256);
      assert.equal(await remoteOf(store).readInto(blobs, name), true);
      assert.equal(sha256(readFileSync(blobs.path(name.sha256))), name.sha256);
      blobs.delete(name.sha256);

      const [plain, frame] = [join(folder, "plain"), join(folder, `frame-${name.size}-${pays}`)];
      writeFileSync(plain, bytes);
      assert.equal(await compressFile(plain, bytes.length, frame), pays);
    }
    // Of a frame that is damaged, or that holds more than it should, nothing is taken.
    const bytes = text(600_000);
    const name = { sha256: sha256(bytes), size: bytes.length };
    const frame = compressed(bytes);
    const torn = frame.slice();
    torn[torn.length >> 1]! ^= 1;
    for (const found of [torn, frame.slice(0, frame.length >> 1), compressed(text(6_000_000))]) {
      writeFileSync(stored(name.sha256), found);
      await assert.rejects(remoteOf(store).read(name), RemoteError);
      await assert.rejects(remoteOf(store).readInto(blobs, name), RemoteError);
      assert.equal(blobs.has(name.sha256), false);
    }
  });
});

Deno.test("a meter counts contents, not what is sent anew, and ends at what there was to move", () => {
  let last = { files: 0, bytes: 0, total: 0 };
  const meter = new Meter((amount) => last = amount);
  for (const size of [100, 200, 50]) meter.expect(size);
  const [first, second, third] = [{ size: 100 }, { size: 200 }, { size: 50 }].map((name) => meter.object(name, 2));
  first!.at(80);
  assert.deepEqual(last, { files: 0, bytes: 80, total: 350 });
  // The connection was lost, and it begins anew.
  first!.at(10);
  second!.at(1000);
  assert.deepEqual(last, { files: 0, bytes: 210, total: 350 });
  first!.done();
  third!.spare();
  second!.done();
  assert.deepEqual(last, { files: 4, bytes: 300, total: 300 });
});
