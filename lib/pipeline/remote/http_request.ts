import { createReadStream } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { pipeline } from "node:stream/promises";
import { counting } from "./meter.ts";
import type { Connection, Reading } from "./object_store.ts";
import { interrupted, RemoteError, remoteErrorOf } from "./remote_error.ts";

/** A slower upload counts as stuck: bytes a millisecond. */
const SLOWEST = 50;

/** What a server may answer that is no error. */
export interface Answered {
  /** The status: below 300, or 404, or 416. */
  readonly status: number;
  /** The rest, which has to be read or cancelled. */
  readonly response: Response;
}

/**
 * Asks a server.
 *
 * @param bodyBytes what is sent has as long as it needs
 * @throws {RemoteError} where there is no answer, or one that says no
 */
export async function ask(
  request: Request,
  { silence, signal }: Connection,
  bodyBytes = 0,
): Promise<Answered> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), silence + bodyBytes / SLOWEST);
  let response: Response;
  try {
    response = await fetch(request, { signal: AbortSignal.any([giveUp.signal, ...signal ? [signal] : []]) });
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    const message = giveUp.signal.aborted ? `no answer came for ${Math.round(silence / 1000)} s` : causeOf(error);
    throw new RemoteError(message, { transient: true, unreachable: true });
  } finally {
    clearTimeout(timer);
  }
  const { status } = response;
  if (response.ok || status === 404 || status === 416) return { status, response };
  throw refusal(status, response.headers.get("retry-after"), await shortText(response));
}

/**
 * Sends a file by PUT, with its length said before, as servers ask for it that check what they take.
 *
 * @param at is told how many bytes were sent
 * @throws {RemoteError} where there is no answer, or one that says no
 */
export async function putFile(
  url: URL,
  headers: Readonly<Record<string, string>>,
  path: string,
  size: number,
  { silence, signal }: Connection,
  at: (position: number) => void,
): Promise<void> {
  const send = url.protocol === "https:" ? secureRequest : plainRequest;
  const request = send(url, {
    method: "PUT",
    headers: { ...headers, "content-length": String(size) },
    timeout: silence,
    ...signal && { signal },
  });
  const answered = new Promise<{ readonly status: number; readonly retryAfter: string | null }>((resolve, reject) => {
    request.on("timeout", () => request.destroy(new Error(`no answer came for ${Math.round(silence / 1000)} s`)));
    request.on("error", reject);
    request.on("response", (response) => {
      response.resume();
      response.on("error", reject);
      const retryAfter = response.headers["retry-after"] ?? null;
      response.on("end", () => resolve({ status: response.statusCode ?? 500, retryAfter }));
    });
  });
  // A server that says no need not read all of it, and then this fails; what it said counts.
  const sent = pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), counting(at), request).catch(() => {});
  try {
    const { status, retryAfter } = await answered;
    request.destroy();
    await sent;
    if (status >= 300) throw refusal(status, retryAfter, "");
  } catch (error) {
    if (signal?.aborted) throw interrupted();
    throw remoteErrorOf(error, { transient: true, unreachable: true });
  }
}

/** What a response brings, from where it says that it begins. */
export function readingOf({ status, response }: Answered, offset: number): Reading {
  return { offset: status === 206 ? offset : 0, chunks: chunksOf(response) };
}

/** The whole text of a response. */
export async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new RemoteError(causeOf(error), { transient: true, unreachable: true });
  }
}

/** Lets go of a response that nobody reads. */
export async function dropped(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

async function* chunksOf({ body }: Response): AsyncIterable<Uint8Array> {
  try {
    if (body !== null) yield* body;
  } catch (error) {
    throw new RemoteError(causeOf(error), { transient: true });
  }
}

function refusal(status: number, retryAfter: string | null, text: string): RemoteError {
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
  const message = `the server answers ${status}${code === undefined ? "" : ` (${code})`}`;
  if (status === 401 || status === 403) {
    return new RemoteError(`${message}: it lets nobody in who asks like this`, { unreachable: true });
  }
  const transient = status >= 500 || status === 408 || status === 429;
  const seconds = Number(retryAfter);
  return new RemoteError(message, {
    transient,
    unreachable: transient,
    retryAfter: Number.isFinite(seconds) ? seconds * 1000 : 0,
  });
}

async function shortText(response: Response): Promise<string> {
  return (await response.text().catch(() => "")).slice(0, 10_000);
}

/** The sentence of the innermost error: the outer ones of fetch say little. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : causeOf(error.cause);
}
