/**
 * A command that does what a test tells it: the stage's process connects to the test, says that it is there and obeys.
 * @module
 */
import { fileURLToPath } from "node:url";

/** What a test tells a stage's process to do, a line of JSON each. */
type Order =
  | { readonly do: "write"; readonly path: string; readonly text: string }
  | { readonly do: "print"; readonly text: string }
  | { readonly do: "exit"; readonly code: number };

/** One run of a controlled command. */
export class Invocation {
  readonly #connection: Deno.Conn;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Writes a file, relative to the stage's folder. */
  async write(path: string, text: string): Promise<void> {
    await this.#order({ do: "write", path, text });
  }

  async print(text: string): Promise<void> {
    await this.#order({ do: "print", text });
  }

  async exit(code: number): Promise<void> {
    await this.#order({ do: "exit", code });
  }

  /** Waits until the process is gone, however it ended. */
  async gone(): Promise<void> {
    const buffer = new Uint8Array(64);
    try {
      while (await this.#connection.read(buffer) !== null);
    } catch {
      // Reset: it was killed.
    }
  }

  async #order(order: Order): Promise<void> {
    await this.#connection.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
    if (order.do !== "exit") await this.#connection.read(new Uint8Array(1));
  }
}

/** A command line for `cmd`, and the invocations of it as they come. */
export class ControlledCommand {
  /** To be put under `cmd`. */
  readonly line: string;
  readonly #listener: Deno.Listener;
  readonly #connections: Deno.Conn[] = [];

  private constructor(listener: Deno.Listener, socket: string) {
    this.#listener = listener;
    this.line = `${Deno.execPath()} run -A --no-config ${fileURLToPath(import.meta.url)} ${socket}`;
  }

  /** @param socket path of the socket to be made */
  static listen(socket: string): ControlledCommand {
    return new ControlledCommand(Deno.listen({ transport: "unix", path: socket }), socket);
  }

  /** Waits for the next run of the command. */
  async next(): Promise<Invocation> {
    const connection = await this.#listener.accept();
    this.#connections.push(connection);
    return new Invocation(connection);
  }

  close(): void {
    this.#listener.close();
    for (const connection of this.#connections) {
      try {
        connection.close();
      } catch {
        // Already closed by the other side.
      }
    }
  }
}

async function obey(socket: string): Promise<void> {
  const connection = await Deno.connect({ transport: "unix", path: socket });
  let text = "";
  for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const order: Order = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      if (order.do === "exit") Deno.exit(order.code);
      if (order.do === "write") await Deno.writeTextFile(order.path, order.text);
      else console.log(order.text);
      await connection.write(new Uint8Array(1));
    }
  }
}

if (import.meta.main) await obey(Deno.args[0]!);
