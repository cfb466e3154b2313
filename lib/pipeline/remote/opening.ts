import type { RemotePlace } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { ObjectStore } from "./object_store.ts";
import { Remote } from "./remote.ts";
import { PATIENCE, type Patience } from "./retry.ts";
import type { UploadNotes } from "./s3_store.ts";
import { Signer, SIGNING_KEY_VARIABLE } from "./signature.ts";

/** The variable that has remotes give up sooner, or later: attempts, and seconds of silence, as `3,10`. */
const PATIENCE_VARIABLE = "PIPELINE_REMOTE_PATIENCE";

/**
 * The remotes of a pipeline file. None is asked yet.
 *
 * @param requests at once to each remote
 * @param notes on uploads that were broken off; those of this process alone unless given
 * @throws {StoreError} where the key to sign with cannot be read, or there are no credentials for a bucket
 */
export async function openRemotes(
  places: readonly RemotePlace[],
  requests?: number,
  notes: UploadNotes = forgetful(),
): Promise<readonly Remote[]> {
  const file = Deno.env.get(SIGNING_KEY_VARIABLE);
  const signer = file === undefined ? undefined : await Signer.read(file);
  const remotes: Remote[] = [];
  for (const place of places) {
    const { name, url, readOnly, trusts } = place;
    remotes.push(
      new Remote(await openStore(place, patience(), notes), {
        name,
        // What stands before the @ may be a password.
        address: url.replace(/\/\/[^/@]*@/, "//"),
        readOnly,
        trusts,
        patience: patience(),
        ...(signer && { signer }),
        ...(requests !== undefined && { requests }),
      }),
    );
  }
  return remotes;
}

async function openStore(place: RemotePlace, { silence }: Patience, notes: UploadNotes): Promise<ObjectStore> {
  const { name, url, folder, authorization } = place;
  if (folder !== undefined) {
    const { FolderStore } = await import("./folder_store.ts");
    return new FolderStore(folder);
  }
  if (url.toLowerCase().startsWith("s3:")) {
    const { openBucket } = await import("./s3_opening.ts");
    return await openBucket(place, silence, notes);
  }
  const header = authorization === undefined ? undefined : Deno.env.get(authorization);
  if (authorization !== undefined && header === undefined) {
    throw new StoreError(`The remote ${name} needs the environment variable ${authorization}, which is not set`, [
      "It holds the Authorization header, e.g. Bearer and a token",
    ]);
  }
  const { HttpStore } = await import("./http_store.ts");
  return new HttpStore(url, header, silence);
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
