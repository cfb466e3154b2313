import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import type { Out } from "../file/pipeline.ts";
import type { PathDigest } from "./path_digest.ts";
import { TEMPORARY_PREFIX } from "./durable_file.ts";
import { giveWay } from "./hash.ts";
import { manifestText, parseManifest } from "./manifest.ts";
import type { OutRecord } from "./out_record.ts";
import { replaceAll } from "./replacement.ts";
import { StoreError } from "./store_error.ts";
import type { Workspace } from "./workspace.ts";

/** Files that are taken out before other work gets a turn. */
const TURN_FILES = 100;

/** Whether an out's content is kept in the cache: as in DVC, metrics and plots are even with `cache: false`. */
export function isStored(out: Pick<Out, "cache" | "kind">): boolean {
  return out.cache || out.kind !== "out";
}

/**
 * Hashes the outs that stand on disk and stores those that are to be kept; the blobs are durable when this returns.
 *
 * @param store false: nothing is stored
 * @throws {StoreError} where an out is missing, cannot be read, or changes meanwhile
 */
export async function commitOuts(
  workspace: Pick<Workspace, "digests" | "blobs">,
  outs: readonly Pick<Out, "path" | "relative" | "cache" | "kind">[],
  store = true,
): Promise<readonly OutRecord[]> {
  const records: OutRecord[] = [];
  for (const out of outs) {
    const digest = await (store && isStored(out) ? storePath(workspace, out.path) : workspace.digests.digest(out.path));
    if (digest === undefined) {
      throw new StoreError(`${out.relative} does not exist`, ["The stage declares it as an out and has to write it"]);
    }
    records.push(outRecord(out, digest));
  }
  workspace.blobs.sync();
  return records;
}

/** The record of an out whose digest is known. */
export function outRecord(out: Pick<Out, "relative">, digest: PathDigest): OutRecord {
  const { kind, sha256, size } = digest;
  const executables = kind === "directory" ? digest.executables : digest.executable ? [""] : [];
  return {
    path: out.relative,
    kind,
    sha256,
    size,
    ...(kind === "directory" ? { files: digest.count } : {}),
    ...(executables.length > 0 ? { executables } : {}),
  };
}

async function storePath(
  { digests, blobs }: Pick<Workspace, "digests" | "blobs">,
  path: string,
): Promise<PathDigest | undefined> {
  const digest = await digests.digest(path, (file) => blobs.put(file));
  if (digest === undefined) return undefined;
  const files = digest.kind === "file"
    ? [{ path, sha256: digest.sha256, size: digest.size }]
    : digest.files.map((file) => ({ ...file, path: join(path, file.path) }));
  for (const file of files) {
    // The index knew the file, so it was not read, yet the blob has gone.
    if (blobs.has(file.sha256, file.size)) continue;
    const content = await blobs.put(file.path);
    if (content.sha256 !== file.sha256) throw new StoreError(`${file.path} changed while it was being stored`);
  }
  if (digest.kind === "directory") await blobs.putText(manifestText(digest.files));
  return digest;
}

/** How a restoration ended; where it did not succeed, the outs on disk are as they were. */
export interface Restoration {
  /** Whether all outs are in place. */
  readonly restored: boolean;
  /** Warnings about blobs that were missing or damaged. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts recorded outs in place. All of them are first copied out of the cache beside each other and verified, then moved
 * into place; an out that is already right is left alone.
 *
 * @param relink true: no out is left alone
 * @throws {StoreError} where an out on disk cannot be read
 */
export async function restoreOuts(
  workspace: Pick<Workspace, "digests" | "blobs" | "temporary">,
  outs: readonly Pick<Out, "path" | "relative">[],
  records: readonly OutRecord[],
  relink = false,
): Promise<Restoration> {
  const staging = mkdtempSync(join(workspace.temporary, `${TEMPORARY_PREFIX}restore-`));
  const moves: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const [position, out] of outs.entries()) {
      const record = records.find(({ path }) => path === out.relative);
      if (record === undefined) return { restored: false, diagnostics: [] };
      if (!relink && (await workspace.digests.digest(out.path))?.sha256 === record.sha256) continue;
      const from = join(staging, String(position));
      const damage = await takeOut(workspace, record, from);
      if (damage !== undefined) return { restored: false, diagnostics: [damage] };
      moves.push({ from, to: out.path });
    }
    replaceAll(moves, join(staging, "previous"));
    return { restored: true, diagnostics: [] };
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Copies an out from the cache to a new path; says what is wrong where the cache has it not whole. */
async function takeOut(
  { blobs }: Pick<Workspace, "blobs">,
  record: OutRecord,
  target: string,
): Promise<Diagnostic | undefined> {
  if (record.kind === "file") {
    const taking = await blobs.take(record.sha256, record.size, target);
    if (taking !== "taken") return lostBlob(record.path, record.sha256, taking === "damaged");
  } else {
    const wasThere = blobs.has(record.sha256);
    const manifest = blobs.text(record.sha256);
    const files = manifest === undefined ? undefined : parseManifest(manifest);
    if (files === undefined) return lostBlob(record.path, record.sha256, wasThere);
    mkdirSync(target);
    const folders = new Set([target]);
    for (const [position, { path, sha256, size }] of files.entries()) {
      const folder = join(target, dirname(path));
      if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
      folders.add(folder);
      const taking = await blobs.take(sha256, size, `${target}/${path}`);
      if (taking !== "taken") return lostBlob(`${record.path}/${path}`, sha256, taking === "damaged");
      if (position % TURN_FILES === 0) await giveWay();
    }
  }
  for (const path of record.executables ?? []) chmodSync(join(target, path), 0o755);
  return undefined;
}

function lostBlob(path: string, sha256: string, wasDamaged: boolean): Diagnostic {
  return {
    severity: "warning",
    message: wasDamaged
      ? `The cached copy of ${path} is damaged (its content is not that of sha256 ${sha256}) and was deleted`
      : `The cached copy of ${path} (sha256 ${sha256}) is missing`,
    hints: ["The stage runs again to replace it"],
  };
}
