import type { RemotePlace } from "../file/pipeline.ts";
import { StoreError } from "../store/store_error.ts";
import type { ObjectStore } from "./object_store.ts";
import { Remote } from "./remote.ts";
import { PATIENCE, type Patience } from "./retry.ts";
import { Signer, SIGNING_KEY_VARIABLE } from "./signature.ts";

/** The variable that has remotes give up sooner, or later: attempts, and seconds of silence, as `3,10`. */
const PATIENCE_VARIABLE = "PIPELINE_REMOTE_PATIENCE";

/**
 * The remotes of a pipeline file. None is asked yet.
 *
 * @param requests at once to each remote
 * @throws {StoreError} where the key to sign with cannot be read, or there are no credentials for a bucket
 */
export async function openRemotes(places: readonly RemotePlace[], requests?: number): Promise<readonly Remote[]> {
  const file = Deno.env.get(SIGNING_KEY_VARIABLE);
  const signer = file === undefined ? undefined : await Signer.read(file);
  const remotes: Remote[] = [];
  for (const place of places) {
    const { name, url, readOnly, trusts } = place;
    remotes.push(
      new Remote(await openStore(place), {
        name,
        address: url,
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

async function openStore(place: RemotePlace): Promise<ObjectStore> {
  if (place.folder === undefined) {
    throw new StoreError(`The remote ${place.name} is ${place.url}, and only folders are spoken to so far`);
  }
  const { FolderStore } = await import("./folder_store.ts");
  return new FolderStore(place.folder);
}

function patience(): Patience {
  const [attempts, silence] = (Deno.env.get(PATIENCE_VARIABLE) ?? "").split(",").map(Number);
  if (!attempts || !silence) return PATIENCE;
  return { ...PATIENCE, attempts, silence: silence * 1000 };
}
