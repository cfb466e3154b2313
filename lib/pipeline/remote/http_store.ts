import { readActionResult, writeActionResult } from "./action_result.ts";
import { type Answered, ask, dropped, putFile, readingOf } from "./http_request.ts";
import {
  type Body,
  type Connection,
  type ObjectKind,
  type ObjectName,
  type ObjectStore,
  type Reading,
  sizeOf,
} from "./object_store.ts";
import { RemoteError } from "./remote_error.ts";

/** A server of Bazel's HTTP cache protocol: `/cas/<sha256>` and `/ac/<sha256>`, by GET, HEAD and PUT. */
export class HttpStore implements ObjectStore {
  /** Servers check that a content is what its name says; those that compress do so themselves. */
  readonly compresses = false;
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #connection: Connection;

  /**
   * Nothing is asked yet.
   *
   * @param url what stands before `/cas`; a user and a password in it are sent as such
   * @param authorization the `Authorization` header
   */
  constructor(url: string, authorization: string | undefined, connection: Connection) {
    this.#base = new URL(url.endsWith("/") ? url : `${url}/`);
    const { username, password } = this.#base;
    const basic = username === ""
      ? undefined
      : `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
    this.#base.username = this.#base.password = "";
    const value = authorization ?? basic;
    this.#headers = { "accept-encoding": "identity", ...(value !== undefined && { authorization: value }) };
    this.#connection = connection;
  }

  /** By HEAD. */
  async has(sha256: string): Promise<boolean> {
    const { status, response } = await this.#ask("HEAD", "cas", sha256);
    await dropped(response);
    return status !== 404;
  }

  /** By GET, with a range where something has come before. */
  async read(sha256: string, offset = 0): Promise<Reading | undefined> {
    const answered = await this.#ask("GET", "cas", sha256, offset > 0 ? { range: `bytes=${offset}-` } : {});
    if (answered.status !== 404 && answered.status !== 416) return readingOf(answered, offset);
    await dropped(answered.response);
    return answered.status === 416 ? await this.read(sha256) : undefined;
  }

  /** By PUT. */
  async write({ sha256 }: ObjectName, body: Body, at: (position: number) => void = () => {}): Promise<void> {
    if (body.kind === "file") {
      await body.checked;
      return await putFile(this.#url("cas", sha256), this.#headers, body.path, sizeOf(body), this.#connection, at);
    }
    await this.#put("cas", sha256, body.bytes);
  }

  /** By GET. */
  async readEntry(name: string): Promise<string | undefined> {
    const { status, response } = await this.#ask("GET", "ac", name);
    if (status === 404) {
      await dropped(response);
      return undefined;
    }
    // What is no entry of ours is told from none by who reads it.
    return readActionResult(await bytesOf(response)) ?? "";
  }

  /** By PUT, as a server of the protocol expects it. */
  async writeEntry(name: string, text: string, contents: readonly ObjectName[]): Promise<void> {
    await this.#put("ac", name, writeActionResult(text, contents));
  }

  async #put(kind: ObjectKind, name: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    const request = new Request(this.#url(kind, name), { method: "PUT", headers: this.#headers, body });
    const { status, response } = await ask(request, this.#connection, body.length);
    await dropped(response);
    if (status === 404) {
      throw new RemoteError("the server answers 404: it takes nothing under this address", { unreachable: true });
    }
  }

  async #ask(
    method: string,
    kind: ObjectKind,
    name: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const request = new Request(this.#url(kind, name), { method, headers: { ...this.#headers, ...headers } });
    return await ask(request, this.#connection);
  }

  #url(kind: ObjectKind, name: string): URL {
    return new URL(`${kind}/${name}`, this.#base);
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  try {
    return await response.bytes();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RemoteError(message, { transient: true, unreachable: true });
  }
}
