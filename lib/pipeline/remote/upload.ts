import { rm } from "node:fs/promises";
import type { Blobs } from "../store/blobs.ts";
import { parseManifest } from "../store/manifest.ts";
import type { OutRecord } from "../store/out_record.ts";
import type { StoredResult } from "../store/results.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import { compressed, compressFile } from "./compression.ts";
import type { Traffic } from "./download.ts";
import { objectsOf, type PackName, sameOuts } from "./entry.ts";
import { Meter } from "./meter.ts";
import type { ObjectName } from "./object_store.ts";
import { packed, PACKED_BYTES, writePack } from "./pack.ts";
import { inParallel } from "./parallel.ts";
import type { Remote } from "./remote.ts";

/** Objects of a result that are sent at once. */
const AT_ONCE = 8;

/** What was sent. */
export interface Sent extends Traffic {
  /** Whether the remote did not have the result before. */
  readonly isNew: boolean;
}

/**
 * Brings a result to a remote: its contents, as far as the remote does not have them, and then the entry that names them.
 *
 * @param meter is told of what is sent
 * @throws {StoreError} where the cache does not have it whole
 * @throws {RemoteError} where the remote does not take it
 */
export async function upload(
  { blobs }: Pick<Workspace, "blobs">,
  remote: Remote,
  result: StoredResult,
  meter: Meter = new Meter(),
): Promise<Sent> {
  const answer = await remote.entry(result.fingerprint, result.outs);
  if (answer.kind === "known" && sameOuts(answer.entry.result.outs, result.outs)) {
    let isWhole = true;
    await inParallel(objectsOf(answer.entry), AT_ONCE, async ({ sha256 }) => {
      if (isWhole && !await remote.has(sha256)) isWhole = false;
    });
    if (isWhole) return { objects: 0, bytes: 0, isNew: false };
  }
  let [objects, bytes] = [0, 0];
  const sent = ({ size }: ObjectName): void => {
    objects += 1;
    bytes += size;
  };
  const { manifests, files } = contentsOf(blobs, result.outs);
  const groups = packed(files.filter(({ size }) => size < PACKED_BYTES));
  const contents = [
    ...manifests,
    ...files.filter(({ size }) => size >= PACKED_BYTES),
    ...groups.filter(({ length }) => length === 1).flat(),
  ];
  const packs: PackName[] = [];
  const bundles = groups.filter(({ length }) => length > 1);
  for (const { size } of [...contents, ...bundles.flat()]) meter.expect(size);
  await inParallel(contents, AT_ONCE, async (name) => {
    const { at, done, spare } = meter.object(name, manifests.includes(name) ? 0 : 1);
    if (!await remote.ensure(name.sha256, () => sendContent(blobs, remote, name, at))) return spare();
    done();
    sent(name);
  });
  await inParallel(bundles, AT_ONCE, async (group) => {
    const { done, spare } = meter.object({ size: group.reduce((sum, { size }) => sum + size, 0) }, group.length);
    const content = writePack(group.map((name) => blobs.bytes(name.sha256) ?? lacking(name)));
    const name = { sha256: await digestOf(content), size: content.length };
    packs.push({ ...name, first: group[0]!.sha256 });
    const send = (): Promise<void> =>
      remote.write(name, { kind: "bytes", bytes: remote.compresses ? compressed(content) : content });
    if (await remote.ensure(name.sha256, send)) {
      done();
      sent(name);
    } else spare();
  });
  packs.sort((one, other) => one.first < other.first ? -1 : 1);
  await remote.writeEntry({ schema: 1, result, contents, packs });
  return { objects, bytes, isNew: true };
}

async function sendContent(
  blobs: Blobs,
  remote: Remote,
  name: ObjectName,
  at: (position: number) => void,
): Promise<void> {
  if (name.size < PACKED_BYTES) {
    const bytes = blobs.bytes(name.sha256) ?? lacking(name);
    return await remote.write(name, { kind: "bytes", bytes: remote.compresses ? compressed(bytes) : bytes });
  }
  if (!blobs.has(name.sha256, name.size)) lacking(name);
  // Meanwhile it may be on its way.
  const checked = blobs.verify(name.sha256).then((isWhole) => isWhole ? undefined : lacking(name));
  checked.catch(() => {});
  const path = blobs.path(name.sha256);
  const draft = blobs.draft();
  try {
    const isCompressed = remote.compresses && await compressFile(path, name.size, draft);
    const body = isCompressed ? { path: draft, size: (await Deno.stat(draft)).size } : { path, size: name.size };
    await remote.write(name, { kind: "file", ...body, checked }, at);
  } finally {
    await checked.catch(() => {});
    await rm(draft, { force: true });
  }
}

/** What the outs consist of, each content once. */
function contentsOf(blobs: Blobs, outs: readonly OutRecord[]): {
  readonly manifests: readonly ObjectName[];
  readonly files: readonly ObjectName[];
} {
  const manifests = new Map<string, ObjectName>();
  const files = new Map<string, ObjectName>();
  for (const { kind, sha256, size } of outs) {
    if (kind === "file") {
      files.set(sha256, { sha256, size });
      continue;
    }
    const text = blobs.text(sha256) ?? lacking({ sha256 });
    manifests.set(sha256, { sha256, size: new TextEncoder().encode(text).length });
    for (const file of parseManifest(text) ?? []) files.set(file.sha256, { sha256: file.sha256, size: file.size });
  }
  return {
    manifests: [...manifests.values()],
    files: [...files.values()].filter(({ sha256 }) => !manifests.has(sha256)),
  };
}

function lacking({ sha256 }: Pick<ObjectName, "sha256">): never {
  throw new StoreError(`the cache does not have all of it (${sha256.slice(0, 12)} is missing, or was damaged)`);
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
