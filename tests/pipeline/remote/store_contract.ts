import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RemoteEntry } from "../../../lib/pipeline/remote/entry.ts";
import type { ObjectStore } from "../../../lib/pipeline/remote/object_store.ts";
import { Remote, type RemoteOptions } from "../../../lib/pipeline/remote/remote.ts";
import { RemoteError } from "../../../lib/pipeline/remote/remote_error.ts";
import { Blobs } from "../../../lib/pipeline/store/blobs.ts";
import { sha256 } from "../../../lib/pipeline/store/hash.ts";
import { FAULTS, type FaultyProxy } from "./faulty_proxy.ts";

/** Four tries in quick succession. */
export const HASTE = { attempts: 4, pause: 5, longestPause: 20, silence: 10_000 };

/** A remote of a store, for tests. */
export function remoteOf(store: ObjectStore, options: Partial<RemoteOptions> = {}): Remote {
  return new Remote(store, { name: "test", address: "test", readOnly: false, trusts: [], patience: HASTE, ...options });
}

/** An entry about one content. */
export function entryOf(seed: string, content: Uint8Array): RemoteEntry {
  const name = { sha256: sha256(content), size: content.length };
  return {
    schema: 1,
    result: {
      schema: 1,
      fingerprint: sha256(seed),
      stage: "train",
      deno: "2",
      outs: [{ path: "out", kind: "file", ...name }],
    },
    contents: [name],
    packs: [],
  };
}

/** Bytes that do not compress, the same for a seed. */
export function bytesOf(seed: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let at = 0; at < length; at++) {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + 374761393 | 0;
    bytes[at] = state >>> 11;
  }
  return bytes;
}

/** Calls a test with a cache of contents and a folder for files. */
export async function withBlobs(test: (blobs: Blobs, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "remote-" });
  try {
    for (const name of ["cas", "tmp"]) await Deno.mkdir(join(folder, name));
    await test(new Blobs(join(folder, "cas"), join(folder, "tmp")), folder);
    assert.deepEqual([...Deno.readDirSync(join(folder, "tmp"))], [], "nothing half-finished is left");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Large enough to be kept as far as it has come. */
const LARGE = 20_000_000;

/** What a store does whose server is behind a proxy: of a large content, what came before the end of a process comes no more. */
export async function goesOn(store: ObjectStore, proxy: FaultyProxy): Promise<void> {
  const bytes = bytesOf(8, LARGE);
  const name = { sha256: sha256(bytes), size: LARGE };
  await withBlobs(async (blobs, folder) => {
    const path = join(folder, "file");
    Deno.writeFileSync(path, bytes);
    await remoteOf(store).write(name, { kind: "file", path, size: LARGE });
    const asked: (string | undefined)[] = [];
    const cut = (method: string, range: string | undefined): "cut" | undefined => {
      if (method !== "GET") return undefined;
      asked.push(range);
      return asked.length === 1 ? "cut" : undefined;
    };
    const temporary = join(folder, "tmp");
    const comes = async (): Promise<boolean> => {
      // As another process has it.
      const again = new Blobs(join(folder, "cas"), temporary);
      return await remoteOf(store, { patience: { ...HASTE, attempts: 1 } }).readInto(again, name);
    };

    proxy.fault = (method, _path, range) => cut(method, range);
    await assert.rejects(comes(), RemoteError);
    assert.equal(blobs.has(name.sha256), false, "what has come in part is not to be seen");
    const [kept] = [...Deno.readDirSync(temporary)].map((entry) => join(temporary, entry.name));
    const { size } = Deno.statSync(kept!);
    assert.ok(size > 0 && size < LARGE, `${size} bytes are kept`);
    assert.equal(await comes(), true);
    assert.deepEqual(asked, [undefined, `bytes=${size}-`]);
    assert.equal(sha256(readFileSync(blobs.path(name.sha256))), name.sha256);

    // What was kept may have been torn meanwhile: all comes anew.
    blobs.delete(name.sha256);
    Deno.writeFileSync(kept!, bytes.slice(0, size).fill(0, size - 1000));
    await assert.rejects(comes(), RemoteError);
    assert.deepEqual([...Deno.readDirSync(temporary)], []);
    assert.equal(await comes(), true);
    assert.deepEqual(asked.slice(2), [`bytes=${size}-`, undefined]);
  });
  proxy.fault = () => undefined;
}

/** What every store does: contents and entries come back as they went. */
export async function holdsContract(store: ObjectStore, large: number): Promise<void> {
  const remote = remoteOf(store);
  const small = new TextEncoder().encode("a small content");
  const entry = entryOf("contract", small);
  const name = entry.contents[0]!;
  assert.deepEqual(await remote.entry(entry.result.fingerprint), { kind: "unknown" });
  assert.equal(await remote.has(name.sha256), false);
  assert.equal(await remote.read(name), undefined);
  await remote.write(name, { kind: "bytes", bytes: small });
  assert.equal(await remoteOf(store).has(name.sha256), true);
  assert.deepEqual(await remote.read(name), small);
  await remote.writeEntry(entry);
  assert.deepEqual(await remote.entry(entry.result.fingerprint), { kind: "known", entry });

  const another = new TextEncoder().encode("what another machine got");
  const other = entryOf("contract", another);
  await remote.write(other.contents[0]!, { kind: "bytes", bytes: another });
  await remote.writeEntry(other);
  assert.deepEqual(await remote.entry(entry.result.fingerprint), { kind: "known", entry }, "the first stays");
  assert.deepEqual(await remote.entry(entry.result.fingerprint, other.result.outs), { kind: "known", entry: other });

  await withBlobs(async (blobs, folder) => {
    const bytes = bytesOf(1, large);
    const path = join(folder, "file");
    Deno.writeFileSync(path, bytes);
    const file = { sha256: sha256(bytes), size: large };
    await remote.write(file, { kind: "file", path, size: large });
    assert.equal(await remote.readInto(blobs, file), true);
    assert.equal(sha256(readFileSync(blobs.path(file.sha256))), file.sha256);
    assert.equal(await remote.readInto(blobs, { sha256: sha256("nothing"), size: 1 }), false);

    const whole = bytesOf(6, large);
    Deno.writeFileSync(path, bytesOf(7, large));
    const damaged = { sha256: sha256(whole), size: large };
    const checked = Promise.reject(new Error("the cache's own copy is damaged"));
    checked.catch(() => {});
    await assert.rejects(remote.write(damaged, { kind: "file", path, size: large, checked }), RemoteError);
    assert.equal(
      await remoteOf(store).has(damaged.sha256),
      false,
      "what is found damaged on the way is not to be seen",
    );
    Deno.writeFileSync(path, whole);
    await remote.write(damaged, { kind: "file", path, size: large, checked: Promise.resolve() });
    assert.equal(await remoteOf(store).readInto(blobs, damaged), true, "nothing of the damaged one is in it");
    assert.equal(sha256(readFileSync(blobs.path(damaged.sha256))), damaged.sha256);
  });
}

/** What a store does whose server is behind a proxy that does harm. */
export async function survivesFaults(store: ObjectStore, proxy: FaultyProxy, test: Deno.TestContext): Promise<void> {
  const content = bytesOf(2, 300_000);
  const entry = entryOf("faults", content);
  const name = entry.contents[0]!;
  const remote = remoteOf(store);
  await remote.write(name, { kind: "bytes", bytes: content });
  await remote.writeEntry(entry);
  for (const fault of FAULTS) {
    await test.step(`${fault}, twice: all comes as it is`, async () => {
      proxy.failFirst(2, fault);
      assert.deepEqual(await remote.entry(entry.result.fingerprint), { kind: "known", entry });
      assert.deepEqual(await remote.read(name), content);
      proxy.failFirst(2, fault);
      await withBlobs(async (blobs) => {
        assert.equal(await remote.readInto(blobs, name), true);
        assert.equal(sha256(readFileSync(blobs.path(name.sha256))), name.sha256);
      });
    });
    // One that is slow, or loses each connection after some bytes, brings everything in the end.
    if (fault === "slow" || fault === "cut") continue;
    await test.step(`${fault}, always: an error, and nothing is taken for what it is not`, async () => {
      proxy.fault = (method) => method === "GET" ? fault : undefined;
      await withBlobs(async (blobs) => {
        await assert.rejects(remote.readInto(blobs, name), RemoteError);
        assert.equal(existsSync(blobs.path(name.sha256)), false);
      });
      await assert.rejects(remote.read(name), RemoteError);
    });
  }
  await test.step("uploads that are cut or refused are made again", async () => {
    for (const fault of ["cut", "500"] as const) {
      proxy.failFirst(2, fault, "PUT");
      const bytes = bytesOf(fault.length, 50_000);
      const sent = { sha256: sha256(bytes), size: bytes.length };
      await remote.write(sent, { kind: "bytes", bytes });
      assert.deepEqual(await remote.read(sent), bytes);
    }
  });
  await test.step("what had come before a connection was cut does not come again", async () => {
    const ranges: (string | undefined)[] = [];
    proxy.fault = (method, _path, range) => {
      if (method !== "GET") return undefined;
      ranges.push(range);
      return ranges.length === 1 ? "cut" : undefined;
    };
    await withBlobs(async (blobs) => {
      await remote.readInto(blobs, name);
      assert.match(ranges[1] ?? "", /^bytes=[1-9]\d*-$/);
    });
  });
  proxy.fault = () => undefined;
}
