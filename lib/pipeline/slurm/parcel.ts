import type { Remote } from "../remote/remote.ts";
import { download } from "../remote/download.ts";
import type { RemoteError } from "../remote/remote_error.ts";
import { upload } from "../remote/upload.ts";
import type { Blobs } from "../store/blobs.ts";
import { sha256 } from "../store/hash.ts";
import type { OutRecord } from "../store/out_record.ts";
import { StoreError } from "../store/store_error.ts";
import type { PlacedTask } from "./submissions.ts";

/** What travels between the engine and the node of a job over a remote: texts by name, and contents of the cache. */
export interface Parcel {
  /** Of the stage, for people who look at the remote. */
  readonly stage: string;
  /** Small files. */
  readonly texts: Readonly<Record<string, string>>;
  /** What is to be had from the cache besides. */
  readonly contents: readonly OutRecord[];
}

/**
 * The name under which a parcel stands on a remote, as the entry of a result does: `work`, what the node needs, or `end`, what the job
 * left. No other job has it, so that what a node leaves that was given up is nobody's.
 */
export function parcelKey({ name, index = 0 }: Pick<PlacedTask, "name" | "index">, kind: "work" | "end"): string {
  return sha256(`slurm ${name} ${index} ${kind}`);
}

/**
 * Brings a parcel to a remote: all its contents, and then the entry that names them.
 *
 * @throws {RemoteError} where the remote does not take it
 * @throws {StoreError} where the cache does not have it whole
 */
export async function sendParcel(
  remote: Remote,
  blobs: Blobs,
  key: string,
  { stage, texts, contents }: Parcel,
): Promise<void> {
  const files = await Promise.all(
    Object.entries(texts).map(async ([name, text]): Promise<OutRecord> => {
      const size = new TextEncoder().encode(text).length;
      return { path: TEXT + name, kind: "file", sha256: await blobs.putText(text), size };
    }),
  );
  const numbered = contents.map((record, index) => ({ ...record, path: String(index) }));
  const result = {
    schema: 1,
    fingerprint: key,
    stage,
    deno: Deno.version.deno,
    outs: [...files, ...numbered],
  } as const;
  await upload({ blobs }, remote, result);
}

/**
 * Brings a parcel from a remote into the cache, each content verified by its digest.
 *
 * @returns its texts; undefined where there is none
 * @throws {RemoteError} where the remote cannot be asked, or does not have it whole
 * @throws {StoreError} where there is one that counts as none
 */
export async function takeParcel(
  remote: Remote,
  blobs: Blobs,
  key: string,
): Promise<Parcel["texts"] | undefined> {
  const answer = await remote.entry(key);
  if (answer.kind === "unknown") return undefined;
  if (answer.kind === "refused") {
    throw new StoreError(
      `What stands on ${remote.options.name} for this job counts as nothing: its entry ${answer.because}`,
      [
        "Have the jobs sign by a key that the remote trusts: PIPELINE_SIGNING_KEY names a file that nodes have, too",
      ],
    );
  }
  await download({ blobs }, remote, answer.entry);
  const texts = answer.entry.result.outs.filter(({ path }) => path.startsWith(TEXT));
  return Object.fromEntries(texts.map(({ path, sha256 }) => [path.slice(TEXT.length), blobs.text(sha256) ?? ""]));
}

/** Where texts stand in the entry; contents have numbers. */
const TEXT = "text/";

/** What a remote could not do, as an error of the stage whose job needs it. */
export function carriageError({ options: { name, address } }: Remote, { message }: RemoteError): StoreError {
  return new StoreError(
    `The remote ${name} (${address}), over which its job gets and leaves files, fails: ${message}`,
    [
      "See that it can be reached from here and from the nodes, and reproduce again",
    ],
  );
}
