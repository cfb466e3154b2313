import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ARRIVAL_PREFIX, TEMPORARY_PREFIX } from "./durable_file.ts";
import type { Workspace } from "./workspace.ts";

/** Milliseconds between looks at the lock. */
const PERIOD = 100;

/** Milliseconds for which a part of a content waits for the rest. */
const ARRIVAL_MS = 7 * 24 * 60 * 60 * 1000;

/** The process that writes to a workspace. */
export interface Holder {
  /** The process's id. */
  readonly process: number;
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Waits until this process is the only one that writes to the workspace. The lock is the kernel's, on the open file, so
 * that a process that was killed holds nothing; what it left half written is swept away.
 *
 * @param onWait told once of each process that is waited for
 * @throws the signal's reason where it is aborted first
 */
export async function acquireWriter(
  workspace: Workspace,
  onWait: (holder: Holder) => void,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const file = await Deno.open(join(workspace.folder, "writer.lock"), { read: true, write: true, create: true });
  try {
    let told: string | undefined;
    while (true) {
      signal.throwIfAborted();
      if (await file.tryLock(true)) break;
      const holder = await readHolder(file);
      if (holder !== undefined && told !== JSON.stringify(holder)) {
        told = JSON.stringify(holder);
        onWait(holder);
      }
      await pause(PERIOD, signal);
    }
    await writeHolder(file, { process: Deno.pid, since: new Date().toISOString() });
  } catch (error) {
    file.close();
    throw error;
  }
  sweep(workspace.temporary);
  return {
    async [Symbol.asyncDispose](): Promise<void> {
      await file.truncate();
      await file.unlock();
      file.close();
    },
  };
}

/** The holder that the file names; undefined while the holder has yet to write it. */
async function readHolder(file: Deno.FsFile): Promise<Holder | undefined> {
  const buffer = new Uint8Array(256);
  await file.seek(0, Deno.SeekMode.Start);
  const count = await file.read(buffer) ?? 0;
  try {
    const { process, since } = JSON.parse(new TextDecoder().decode(buffer.subarray(0, count)));
    return typeof process === "number" && typeof since === "string" ? { process, since } : undefined;
  } catch {
    return undefined;
  }
}

async function writeHolder(file: Deno.FsFile, holder: Holder): Promise<void> {
  await file.truncate();
  await file.seek(0, Deno.SeekMode.Start);
  await file.write(new TextEncoder().encode(JSON.stringify(holder)));
}

/** What a killed writer left in the temporary folder. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isOver = name.startsWith(ARRIVAL_PREFIX) && statSync(path).mtimeMs < Date.now() - ARRIVAL_MS;
    if (isOver || name.startsWith(TEMPORARY_PREFIX)) rmSync(path, { recursive: true, force: true });
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
