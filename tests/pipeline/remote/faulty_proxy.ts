import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What may go wrong between a client and a server. */
export const FAULTS = ["cut", "500", "slow", "wrong bytes", "truncated", "lying length"] as const;
export type Fault = typeof FAULTS[number] | "stalled";

/** A proxy in front of a server that does to requests what a test wants of it. */
export class FaultyProxy implements AsyncDisposable {
  /** Requests in the order in which they came: `GET /cas/...`. */
  readonly seen: string[] = [];
  /** Those that were passed on and answered. */
  readonly answered: string[] = [];
  /** Called for each request; undefined: it is passed on. */
  fault: (method: string, path: string, range: string | undefined) => Fault | undefined = () => undefined;
  readonly #server = createServer((incoming, outgoing) => {
    // Either side may leave in the middle.
    this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  #target = "";

  static async before(target: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy();
    proxy.#target = target;
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Each path fails that often, in this way, and then no more. */
  failFirst(times: number, fault: Fault, method = "GET"): void {
    const failed = new Map<string, number>();
    this.fault = (asked, path) => {
      const count = failed.get(path) ?? 0;
      if (asked !== method || count >= times) return undefined;
      failed.set(path, count + 1);
      return fault;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = incoming;
    this.seen.push(`${method} ${url}`);
    const fault = this.fault(method, url, incoming.headers.range);
    const sent: Uint8Array[] = [];
    for await (const chunk of incoming) {
      sent.push(chunk);
      if (fault === "cut" && method === "PUT") return void incoming.socket.destroy();
    }
    // Until the proxy is closed: it never gets there.
    if (fault === "stalled") return;
    if (fault === "500") return void outgoing.writeHead(500, { "retry-after": "0" }).end("out of order");
    // The headers as they came: they are signed.
    const { status, headers, body } = await this.#pass(method, url, incoming, Buffer.concat(sent));
    const length = body.length;
    this.answered.push(`${method} ${url}`);
    delete headers["transfer-encoding"];
    switch (method === "GET" ? fault : undefined) {
      case "cut":
        outgoing.writeHead(status, { ...headers, "content-length": length });
        outgoing.write(body.subarray(0, length >> 1));
        setTimeout(() => outgoing.destroy(), 20);
        return;
      case "wrong bytes":
        if (length > 0) body[length >> 1]! ^= 1;
        outgoing.writeHead(status, { ...headers, "content-length": length }).end(body);
        return;
      case "truncated":
        outgoing.writeHead(status, { ...headers, "content-length": length >> 1 }).end(body.subarray(0, length >> 1));
        return;
      case "lying length":
        outgoing.writeHead(status, { ...headers, "content-length": length + 1000 });
        outgoing.write(body);
        setTimeout(() => outgoing.destroy(), 20);
        return;
      case "slow":
        outgoing.writeHead(status, { ...headers, "content-length": length });
        for (let at = 0; at < length; at += Math.ceil(length / 20)) {
          outgoing.write(body.subarray(at, at + Math.ceil(length / 20)));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        outgoing.end();
        return;
      default:
        outgoing.writeHead(status, method === "HEAD" ? headers : { ...headers, "content-length": length }).end(body);
    }
  }

  async #pass(method: string, path: string, { headers }: IncomingMessage, body: Uint8Array) {
    return await new Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }>(
      (resolve, reject) => {
        const onward = request(`${this.#target}${path}`, { method, headers }, async (response) => {
          const chunks: Uint8Array[] = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve({ status: response.statusCode!, headers: { ...response.headers }, body: Buffer.concat(chunks) });
        });
        onward.on("error", reject);
        onward.end(body);
      },
    );
  }
}
