/** What is known of something that was thrown, fit for JSON. */
export interface Thrown {
  /** The message, and those of its causes. */
  readonly message: string;
  /** Name of its class. */
  readonly name: string;
  /** `file:line:column` of the first frame in a local module that is not the engine's. */
  readonly place?: string;
}

/** Describes what was thrown. */
export function thrown(error: unknown): Thrown {
  if (!(error instanceof Error)) return { message: String(error), name: typeof error };
  const place = firstPlace(error.stack ?? "");
  return { message: messages(error).join(": "), name: error.name, ...(place === undefined ? {} : { place }) };
}

function firstPlace(stack: string): string | undefined {
  const engine = new URL("../", import.meta.url).href;
  for (const [url, path] of stack.matchAll(/file:\/\/(\S+?:\d+:\d+)/g)) {
    const foreign = url.startsWith(engine) || /\/node_modules\/|\/npm\/registry/.test(url);
    if (!foreign && path !== undefined) return decodeURI(path);
  }
  return undefined;
}

function messages(error: Error): string[] {
  // Deno appends frames to the messages of failed imports.
  const own = error.message.replace(/\n\s+at \S+$/, "") || error.name;
  if (error.cause instanceof Error && !own.includes(error.cause.message)) return [own, ...messages(error.cause)];
  return [own];
}
