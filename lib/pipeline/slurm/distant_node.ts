/**
 * The main module of a Slurm job on a node that does not see the workspace: gets over a remote what the job is to do and what
 * its stage reads, has that done in a folder of the node, and leaves there how it ended and what came of it.
 * @module
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { openRemotes } from "../remote/opening.ts";
import type { Remote } from "../remote/remote.ts";
import { RemoteError } from "../remote/remote_error.ts";
import { Blobs } from "../store/blobs.ts";
import { StoreError } from "../store/store_error.ts";
import { newFolder } from "./node_scratch.ts";
import { doWork } from "./node_work.ts";
import { carriageError, parcelKey, sendParcel, takeParcel } from "./parcel.ts";
import { DISTANT_ORDER, type DistantOrder, type ExitRecord, type Placed, taskFiles, type Work } from "./work.ts";

const order: DistantOrder = JSON.parse(Deno.env.get(DISTANT_ORDER) ?? "{}");
// Not for the stage: it may hold a password.
Deno.env.delete(DISTANT_ORDER);
const task = { name: order.name, index: Number(Deno.env.get("SLURM_ARRAY_TASK_ID") ?? 0) };
const [remote] = await openRemotes([order.carrier]);
// Jobs that wait for this one begin only if it ended well.
Deno.exit(await main(remote!) ? 0 : 1);

/** Returns whether the stage is done, and all of it left on the remote. */
async function main(remote: Remote): Promise<boolean> {
  let box: string | undefined;
  try {
    box = newFolder(order.within);
    return await work(remote, box);
  } catch (error) {
    await leaveWord(remote, error instanceof RemoteError ? carriageError(remote, error) : error);
    return false;
  } finally {
    if (box !== undefined) rmSync(box, { recursive: true, force: true });
  }
}

/** Does it in a folder that stands for the workspace. */
async function work(remote: Remote, box: string): Promise<boolean> {
  const place = (name: string): string => join(box, name);
  const [cache, drafts, state] = [place("cas"), place("drafts"), place("state")];
  for (const folder of [cache, drafts, state]) mkdirSync(folder);
  const blobs = new Blobs(cache, drafts);
  const given = await takeParcel(remote, blobs, parcelKey(task, "work"));
  if (given?.work === undefined) throw new StoreError(`${order.carrier.name} does not have what its job is to do`);
  const sent: Work = JSON.parse(given.work);
  const before: string[] = [];
  for (const key of sent.carried?.before ?? []) {
    const left = await takeParcel(remote, blobs, key);
    if (left?.outs === undefined) throw new StoreError(`${order.carrier.name} does not have what a job before it left`);
    before.push(place(`before-${before.length}.json`));
    writeFileSync(before.at(-1)!, left.outs);
  }
  const outs = place("outs.json");
  const work: Work = {
    ...sent,
    // Checkpoints do not outlive the job.
    job: sent.job.state === undefined ? sent.job : { ...sent.job, state },
    scratch: { ...sent.scratch!, cache, drafts, before, outs },
  };
  const files = taskFiles(box);
  writeFileSync(files.work, JSON.stringify(work));
  const done = await doWork(files, work);
  const { events, deps, exit } = files;
  const left = Object.entries({ events, deps, exit, outs }).filter(([, path]) => existsSync(path));
  const placed: readonly Placed[] = existsSync(outs) ? JSON.parse(readFileSync(outs, "utf8")) : [];
  await sendParcel(remote, blobs, parcelKey(task, "end"), {
    stage: work.stage.name,
    texts: Object.fromEntries(left.map(([kind, path]) => [kind, readFileSync(path, "utf8")])),
    contents: placed.map(({ record }) => record),
  });
  return done;
}

/** Leaves word of what was in the way on the remote, if that can be had: nobody sees what such a job prints. */
async function leaveWord(remote: Remote, error: unknown): Promise<void> {
  const diagnostics = error instanceof StoreError
    ? error.diagnostics
    : [{ severity: "error", message: `its node failed: ${error}` } as const];
  const record: ExitRecord = { schema: 1, node: hostname(), seconds: 0, asked: false, diagnostics };
  const box = await Deno.makeTempDir();
  try {
    const texts = { exit: JSON.stringify(record) };
    await sendParcel(remote, new Blobs(box, box), parcelKey(task, "end"), { stage: order.name, texts, contents: [] });
  } catch (failure) {
    console.error(failure);
  } finally {
    await Deno.remove(box, { recursive: true });
  }
}
