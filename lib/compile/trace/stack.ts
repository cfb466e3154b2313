/** The stack here, as deep as it is; its text is made only when it is asked for, which is what takes time. */
export function stackHere(): Error {
  return withFullStacks(() => new Error());
}

/** Runs a function whose errors have all of their stack, so that user code can be found in it. */
export function withFullStacks<T>(run: () => T): T {
  const settings = Error as unknown as { stackTraceLimit?: number };
  const limit = settings.stackTraceLimit ?? 10;
  settings.stackTraceLimit = Infinity;
  try {
    return run();
  } finally {
    settings.stackTraceLimit = limit;
  }
}

/** The places of a stack, innermost first, each `url:line:column`. */
export function placesOf(error: Error): string[] {
  return (error.stack ?? "").split("\n").flatMap((frame) =>
    /((?:file|https?):\/\/.*:\d+:\d+)\)?$/.exec(frame)?.[1] ?? []
  );
}

/** Whether a place is TensorFlow.js's. */
export function isTensorflow(place: string): boolean {
  return place.includes("/@tensorflow/");
}

/**
 * The first of places that is user code: neither of tfjs nor of this compiler.
 *
 * @returns `file:line:column`
 */
export function userLine(places: readonly string[]): string | undefined {
  const own = import.meta.resolve("../");
  const line = places.find((place) => !place.startsWith(own) && !isTensorflow(place));
  return line?.startsWith("file:") ? decodeURIComponent(line.slice("file://".length)) : line;
}
