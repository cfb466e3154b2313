/**
 * The main module of a stage's process: takes the request from standard input, runs the stage, reports by records on
 * standard output. Imports nothing by name, since the import map is that of the stage's project.
 * @module
 */
import { importDefinition } from "../modules/definition.ts";
import type { StageContext, StageProgress } from "../stage/stage.ts";
import type { Json } from "../value.ts";
import type { HostRecord, HostRequest } from "./host_protocol.ts";
import { sendRecord, takeRequest } from "../process/host_channel.ts";
import { prepareProcess } from "../process/host_process.ts";
import { thrown } from "../process/thrown.ts";

/** Milliseconds between two progress records. */
const pace = 50;
/** Milliseconds between looks whether the engine is there. */
const watchPeriod = 1000;

const ending = new AbortController();
const engineEnded = new Error("the engine has ended");
Deno.addSignalListener("SIGTERM", () => ending.abort(new Error("the run was cancelled")));
prepareProcess();

globalThis.addEventListener("beforeunload", () => {
  fail(new Error("it waits for a promise that nothing is left to settle"));
});
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error);
});

// Not awaited at the top level, where Deno would end a stage that waits for nothing in its own words.
main();

async function main(): Promise<void> {
  try {
    const request = await takeRequest<HostRequest>();
    watchEngine(request.grace);
    await run(request);
    send({ kind: "done" });
    Deno.exit(0);
  } catch (error) {
    fail(error);
  }
}

/** Ends the stage when its engine is gone, and with it this process's parent; keeps nothing waiting for that. */
function watchEngine(grace: number): void {
  const engine = Deno.ppid;
  const watch = setInterval(() => {
    if (Deno.ppid === engine) return;
    clearInterval(watch);
    ending.abort(engineEnded);
    setTimeout(() => Deno.exit(1), grace);
  }, watchPeriod);
  Deno.unrefTimer(watch);
}

async function run(request: HostRequest): Promise<void> {
  const definition = await importDefinition(request.module);
  send({ kind: "loaded" });
  const parameters = definition.parameters.parse(request.with);
  const deps: Record<string, string | readonly string[]> = { ...request.deps };
  for (const name of definition.lists ?? []) {
    const given = deps[name] ?? [];
    deps[name] = typeof given === "string" ? [given] : given;
  }
  let sent = -Infinity;
  const context = {
    with: request.resolutions.reduce(substitute, parameters),
    // The names were checked against the definition when the stage was described.
    deps: deps as StageContext<never, string, never, never>["deps"] as never,
    outs: request.outs,
    resources: request.resources,
    progress(progress: StageProgress): void {
      const now = performance.now();
      if (now - sent < pace && progress.done !== progress.total) return;
      sent = now;
      const values = Object.entries(progress.values ?? {}).filter(([, value]) => Number.isFinite(value));
      send({ kind: "progress", ...progress, values: Object.fromEntries(values) });
    },
    signal: ending.signal,
    ...(request.state === undefined ? {} : { state: request.state }),
  };
  await definition.run(context);
}

/** The value with a part of it replaced. */
function substitute(whole: unknown, { path, value }: { path: readonly (string | number)[]; value: Json }): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = Array.isArray(whole) ? [...whole] : { ...(whole as Record<string, unknown>) };
  const parts = copy as Record<string | number, unknown>;
  parts[key] = substitute(parts[key], { path: rest, value });
  return copy;
}

function send(record: HostRecord): void {
  try {
    sendRecord(record);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    // Nobody reads it any more.
    ending.abort(engineEnded);
  }
}

function fail(error: unknown): never {
  send({ kind: "failed", ...thrown(error) });
  Deno.exit(1);
}
