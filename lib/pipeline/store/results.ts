import { readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Blobs } from "./blobs.ts";
import { writeDurably } from "./durable_file.ts";
import { sha256 } from "./hash.ts";
import { parseManifest } from "./manifest.ts";
import { type OutRecord, outRecordSchema } from "./out_record.ts";

/** What a stage of some fingerprint left: an entry of the run cache. */
export interface StoredResult {
  /** Grows when the shape changes. */
  readonly schema: 1;
  /** The fingerprint, hex. */
  readonly fingerprint: string;
  /** The stage that first had it; another stage may be served by it. */
  readonly stage: string;
  /** The version of Deno that ran it. */
  readonly deno: string;
  /** How long it ran. */
  readonly seconds?: number;
  /** What it left. */
  readonly outs: readonly OutRecord[];
}

/** The shape of {@linkcode StoredResult}. */
export const resultSchema: z.ZodType<StoredResult> = z.strictObject({
  schema: z.literal(1),
  fingerprint: z.string(),
  stage: z.string(),
  deno: z.string(),
  seconds: z.number().exactOptional(),
  outs: z.array(outRecordSchema),
});

const entrySchema = z.strictObject({ sha256: z.string(), result: z.unknown() });

/** The run cache: results by fingerprint. */
export class Results {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #blobs: Blobs;

  /**
   * Opens the run cache in a folder that exists.
   *
   * @param folder of the entries
   * @param temporary a folder on the same file system, for what is not complete
   * @param blobs where the contents are
   */
  constructor(folder: string, temporary: string, blobs: Blobs) {
    this.#folder = folder;
    this.#temporary = temporary;
    this.#blobs = blobs;
  }

  /** Where the entry of a fingerprint lies, or would. */
  path(fingerprint: string): string {
    return join(this.#folder, fingerprint);
  }

  /** The result of a fingerprint; an entry that is not whole is deleted and counts as none. */
  read(fingerprint: string): StoredResult | undefined {
    let text: string;
    try {
      text = readFileSync(this.path(fingerprint), "utf8");
    } catch {
      return undefined;
    }
    const result = parseEntry(text);
    if (result?.fingerprint === fingerprint) return result;
    rmSync(this.path(fingerprint), { force: true });
    return undefined;
  }

  /** The fingerprints of all entries, with the times of their last use in ms since 1970. */
  uses(): Map<string, number> {
    return new Map(readdirSync(this.#folder).map((name) => [name, statSync(this.path(name)).mtimeMs]));
  }

  /** Takes note that a result was of use just now, so that it is not the next to be removed. */
  use(fingerprint: string): void {
    const now = new Date();
    try {
      utimesSync(this.path(fingerprint), now, now);
    } catch {
      // Not every stage has an entry.
    }
  }

  /** Removes an entry; nothing happens where there is none. */
  delete(fingerprint: string): void {
    rmSync(this.path(fingerprint), { force: true });
  }

  /** Whether all blobs of the outs are there (their content is verified when they are restored). */
  hasAll(outs: readonly OutRecord[]): boolean {
    return outs.every((out) => {
      if (out.kind === "file") return this.#blobs.has(out.sha256, out.size);
      return this.#files(out)?.every(({ sha256, size }) => this.#blobs.has(sha256, size)) ?? false;
    });
  }

  /** Digests of the blobs that hold the outs, whether they are there or not; of a folder, as far as its manifest is. */
  blobsOf(outs: readonly OutRecord[]): string[] {
    return outs.flatMap((out) => [
      out.sha256,
      ...out.kind === "file" ? [] : this.#files(out)?.map(({ sha256 }) => sha256) ?? [],
    ]);
  }

  #files({ sha256 }: OutRecord): ReturnType<typeof parseManifest> {
    const manifest = this.#blobs.text(sha256);
    return manifest === undefined ? undefined : parseManifest(manifest);
  }

  /** Stores a result whose blobs are stored and synced. */
  write(result: StoredResult): void {
    const entry = { sha256: sha256(JSON.stringify(result)), result };
    writeDurably(this.path(result.fingerprint), `${JSON.stringify(entry, null, 1)}\n`, this.#temporary);
  }
}

function parseEntry(text: string): StoredResult | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entry = entrySchema.safeParse(json);
  if (!entry.success || sha256(JSON.stringify(entry.data.result)) !== entry.data.sha256) return undefined;
  const result = resultSchema.safeParse(entry.data.result);
  return result.success ? result.data : undefined;
}
