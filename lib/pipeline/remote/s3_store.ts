import { type FileHandle, open } from "node:fs/promises";
import { AwsClient } from "aws4fetch";
import { sha256 } from "../store/hash.ts";
import { type Answered, ask, dropped, readingOf, textOf } from "./http_request.ts";
import {
  type Body,
  type Connection,
  type ObjectKind,
  type ObjectName,
  type ObjectStore,
  type Reading,
  sizeOf,
  type StoredItem,
} from "./object_store.ts";
import { inParallel } from "./parallel.ts";
import { RemoteError } from "./remote_error.ts";

/** Files up to this size go in one request, larger ones in parts of it. S3 takes parts from 5 MiB on. */
const PART_BYTES = 16 << 20;
/** S3 takes no more parts than this. */
const MOST_PARTS = 10_000;
/** Parts that are sent at once. */
const PARTS_AT_ONCE = 4;

/** What a server compares a body with: its sha256, which is signed, or nothing. */
const DIGEST_HEADER = "x-amz-content-sha256";
/**
 * Parts are signed without their bytes: to hash them once more takes as much of the processor as to send them, and whoever
 * takes the content out compares it with its name.
 */
const UNSIGNED = { [DIGEST_HEADER]: "UNSIGNED-PAYLOAD" } as const;

/** Where a bucket is, and who asks. */
export interface Bucket {
  /** What stands before a key: `https://bucket.s3.eu-west-1.amazonaws.com/prefix/`. */
  readonly address: string;
  /** The bucket's own address, where it is listed; without a slash at its end. */
  readonly listing: string;
  /** What all keys begin with; empty or with a slash at its end. */
  readonly prefix: string;
  /** Of the bucket. */
  readonly region: string;
  /** Who asks. */
  readonly credentials: Credentials;
}

/** Keys of an account. */
export interface Credentials {
  /** Public. */
  readonly accessKeyId: string;
  /** Private. */
  readonly secretAccessKey: string;
  /** Of temporary ones. */
  readonly sessionToken?: string;
}

/** Keeps what is known of uploads that are not complete, so that a later process goes on with them. */
export interface UploadNotes {
  /** The note under a key. */
  get(key: string): string | undefined;
  /** Keeps a note. */
  set(key: string, text: string): void;
}

/** A note on an upload in parts. */
interface Upload {
  readonly id: string;
  readonly partBytes: number;
  /** By the number of the part, from 1 on. */
  readonly tags: { [part: string]: string };
}

/** A bucket: `cas/<sha256>` and `ac/<fingerprint>` behind its prefix. */
export class S3Store implements ObjectStore {
  /** A bucket holds any bytes. */
  readonly compresses = true;
  readonly #bucket: Bucket;
  readonly #client: AwsClient;
  readonly #connection: Connection;
  readonly #notes: UploadNotes;

  /**
   * Nothing is asked yet.
   *
   * @param notes on uploads that were broken off
   */
  constructor(bucket: Bucket, connection: Connection, notes: UploadNotes) {
    this.#bucket = bucket;
    this.#connection = connection;
    this.#notes = notes;
    this.#client = new AwsClient({ ...bucket.credentials, region: bucket.region, service: "s3", retries: 0 });
  }

  /** By HEAD. */
  async has(sha256: string): Promise<boolean> {
    const { status, response } = await this.#ask("HEAD", this.#url("cas", sha256));
    await dropped(response);
    return status !== 404;
  }

  /** By GET, with a range where something has come before. */
  async read(sha256: string, offset = 0): Promise<Reading | undefined> {
    const range = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const answered = await this.#ask("GET", this.#url("cas", sha256), undefined, range);
    if (answered.status < 300) return readingOf(answered, offset);
    await dropped(answered.response);
    return answered.status === 416 ? await this.read(sha256) : undefined;
  }

  /** By PUT; what is large in parts, of which those that had come before are not sent again. */
  async write({ sha256 }: ObjectName, body: Body, at: (position: number) => void = () => {}): Promise<void> {
    if (body.kind === "bytes") return await this.#put("cas", sha256, body.bytes);
    const file = await open(body.path, "r");
    try {
      const size = sizeOf(body);
      if (size > PART_BYTES) return await this.#putParts(sha256, file, size, at, body.checked);
      await body.checked;
      await this.#put("cas", sha256, await partOf(file, 0, new Uint8Array(size)));
    } finally {
      await file.close();
    }
  }

  /** By GET. */
  async readEntry(name: string): Promise<string | undefined> {
    const { status, response } = await this.#ask("GET", this.#url("ac", name));
    if (status !== 404) return await textOf(response);
    // A bucket that is not there has no entries either, and is a mistake.
    if ((await textOf(response)).includes("NoSuchBucket")) {
      throw new RemoteError("there is no such bucket", { unreachable: true });
    }
    return undefined;
  }

  /** By PUT. */
  async writeEntry(name: string, text: string): Promise<void> {
    await this.#put("ac", name, new TextEncoder().encode(text));
  }

  /** A thousand keys at a time. */
  async *list(): AsyncIterable<StoredItem> {
    const { listing, prefix } = this.#bucket;
    let token: string | undefined;
    do {
      const url = new URL(listing);
      url.searchParams.set("list-type", "2");
      url.searchParams.set("prefix", prefix);
      if (token !== undefined) url.searchParams.set("continuation-token", token);
      const { status, response } = await this.#ask("GET", url);
      const text = await textOf(response);
      if (status !== 200) throw new RemoteError(`the server answers ${status}`, { unreachable: true });
      for (const [, content] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
        const [, kind, name] =
          /^(cas|ac)\/([0-9a-f]{64})$/.exec((element(content!, "Key") ?? "").slice(prefix.length)) ?? [];
        if (kind === undefined) continue;
        const modified = Date.parse(element(content!, "LastModified") ?? "");
        yield { kind: kind as ObjectKind, name: name!, size: Number(element(content!, "Size")), modified };
      }
      token = element(text, "NextContinuationToken");
    } while (token !== undefined);
  }

  /** By DELETE. */
  async delete(kind: ObjectKind, name: string): Promise<void> {
    await dropped((await this.#ask("DELETE", this.#url(kind, name))).response);
  }

  async #put(kind: ObjectKind, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { status, response } = await this.#ask("PUT", this.#url(kind, name), bytes);
    await dropped(response);
    if (status === 404) throw new RemoteError("there is no such bucket", { unreachable: true });
  }

  async #putParts(
    sha256: string,
    file: FileHandle,
    size: number,
    at: (position: number) => void,
    checked: Promise<void> | undefined,
  ): Promise<void> {
    const url = this.#url("cas", sha256);
    const upload = this.#noted(url) ?? await this.#begin(url, Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS)));
    const { id, partBytes, tags } = upload;
    const count = Math.ceil(size / partBytes);
    const parts = Array.from({ length: count }, (_, index) => index + 1);
    // Those that no part is in: new ones would be new pages for the system each time.
    const buffers: Uint8Array<ArrayBuffer>[] = [];
    await inParallel(parts.filter((part) => tags[part] === undefined), PARTS_AT_ONCE, async (part) => {
      const start = (part - 1) * partBytes;
      const buffer = buffers.pop() ?? new Uint8Array(partBytes);
      const bytes = await partOf(file, start, buffer.subarray(0, size - start));
      const to = withQuery(url, { partNumber: String(part), uploadId: id });
      const { status, response } = await this.#ask("PUT", to, bytes, UNSIGNED);
      await dropped(response);
      buffers.push(buffer);
      if (status === 404) this.#forget(url);
      const tag = response.headers.get("etag");
      if (tag === null) throw new RemoteError("the server does not take parts", { transient: true });
      tags[part] = tag;
      at(Object.keys(tags).length * partBytes);
      this.#notes.set(url.href, JSON.stringify(upload));
    });
    await checked?.catch((error) => {
      // These parts are of something else, and are not to be gone on from.
      this.#forget(url);
      throw error;
    });
    const list = parts.map((part) =>
      `<Part><PartNumber>${part}</PartNumber><ETag>${escaped(tags[part]!)}</ETag></Part>`
    );
    const text = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
    const whole = new TextEncoder().encode(text);
    // The server may have to copy all of it before it answers.
    const { response } = await this.#ask("POST", withQuery(url, { uploadId: id }), whole, {}, size);
    const answer = await textOf(response);
    // Whatever came of it, these parts are gone. An error may come after a 200, as the server takes its time.
    this.#forget(url);
    if (response.ok && !answer.includes("<Error>")) return;
    throw new RemoteError(`the server does not put the parts together (${element(answer, "Code")})`, {
      transient: true,
    });
  }

  async #begin(url: URL, partBytes: number): Promise<Upload> {
    const { response } = await this.#ask("POST", withQuery(url, { uploads: "" }));
    const id = element(await textOf(response), "UploadId");
    if (id === undefined) throw new RemoteError("the server does not take a file in parts");
    return { id, partBytes, tags: {} };
  }

  #noted(url: URL): Upload | undefined {
    const note = this.#notes.get(url.href);
    return note ? JSON.parse(note) : undefined;
  }

  #forget(url: URL): void {
    this.#notes.set(url.href, "");
  }

  async #ask(
    method: string,
    url: URL,
    body?: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
    bytes = body?.length,
  ): Promise<Answered> {
    const digest = headers[DIGEST_HEADER] ?? sha256(body ?? "");
    const request = await this.#client.sign(url, {
      method,
      headers: { ...headers, [DIGEST_HEADER]: digest, "accept-encoding": "identity" },
      ...(body && { body }),
    });
    return await ask(request, this.#connection, bytes);
  }

  #url(kind: ObjectKind, name: string): URL {
    return new URL(`${this.#bucket.address}${kind}/${name}`);
  }
}

/** Fills bytes with those of a file from a position on. */
async function partOf(
  file: FileHandle,
  start: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new RemoteError("the file became shorter while it was sent");
    at += bytesRead;
  }
  return bytes;
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const copy = new URL(url);
  for (const [key, value] of Object.entries(query)) copy.searchParams.set(key, value);
  return copy;
}

/** The text of the first element of a name. What S3 writes is flat enough for it. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
