import type { RemoteAddress } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { Connection, ObjectStore } from "./object_store.ts";
import { Remote } from "./remote.ts";
import { PATIENCE, type Patience } from "./retry.ts";
import type { UploadNotes } from "./s3_store.ts";
import { Signer, SIGNING_KEY_VARIABLE } from "./signature.ts";

/** The variable that has remotes give up sooner, or later: attempts, and seconds of silence, as `3,10`. */
const PATIENCE_VARIABLE = "PIPELINE_REMOTE_PATIENCE";

/** How remotes are opened. */
export interface OpeningOptions {
  /** At once to each remote; 16 unless given. */
  readonly requests?: number | undefined;
  /** On uploads that were broken off; those of this process alone unless given. */
  readonly notes?: UploadNotes;
  /** Ends what is under way, and lets nothing more begin. */
  readonly signal?: AbortSignal;
}

/**
 * The remotes of a pipeline file. None is asked yet.
 *
 * @throws {StoreError} where the key to sign with cannot be read, or there are no credentials for a bucket
 */
export async function openRemotes(
  places: readonly RemoteAddress[],
  { requests, notes = forgetful(), signal }: OpeningOptions = {},
): Promise<readonly Remote[]> {
  const file = Deno.env.get(SIGNING_KEY_VARIABLE);
  const signer = file === undefined ? undefined : await Signer.read(file);
  const remotes: Remote[] = [];
  for (const place of places) {
    const { name, url, readOnly, trusts } = place;
    remotes.push(
      new Remote(await openStore(place, { silence: patience().silence, ...signal && { signal } }, notes), {
        name,
        // What stands before the @ may be a password.
        address: url.replace(/\/\/[^/@]*@/, "//"),
        readOnly,
        trusts,
        patience: patience(),
        ...(signer && { signer }),
        ...(requests !== undefined && { requests }),
        ...(signal && { signal }),
      }),
    );
  }
  return remotes;
}

async function openStore(place: RemoteAddress, connection: Connection, notes: UploadNotes): Promise<ObjectStore> {
  const { name, url, folder, authorization } = place;
  if (folder !== undefined) {
    const { FolderStore } = await import("./folder_store.ts");
    return new FolderStore(folder, connection.signal);
  }
  if (url.toLowerCase().startsWith("s3:")) {
    const { openBucket } = await import("./s3_opening.ts");
    return await openBucket(place, connection, notes);
  }
  const header = authorization === undefined ? undefined : Deno.env.get(authorization);
  if (authorization !== undefined && header === undefined) {
    throw new StoreError(`The remote ${name} needs the environment variable ${authorization}, which is not set`, [
      "It holds the Authorization header, e.g. Bearer and a token",
    ]);
  }
  const { HttpStore } = await import("./http_store.ts");
  return new HttpStore(url, header, connection);
}

function forgetful(): UploadNotes {
  const notes = new Map<string, string>();
  return { get: (key) => notes.get(key), set: (key, text) => void notes.set(key, text) };
}

function patience(): Patience {
  const [attempts, silence] = (Deno.env.get(PATIENCE_VARIABLE) ?? "").split(",").map(Number);
  if (!attempts || !silence) return PATIENCE;
  return { ...PATIENCE, attempts, silence: silence * 1000 };
}
