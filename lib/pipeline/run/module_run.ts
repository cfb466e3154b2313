import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../diagnostic.ts";
import type { Stage } from "../file/pipeline.ts";
import { nativeFolders } from "../modules/native.ts";
import { preparePackages } from "../modules/package_cache.ts";
import { type Json, toJson } from "../value.ts";
import { type Access, readAudit, refusedAccess } from "./audit.ts";
import { deviceEnvironment } from "./devices.ts";
import { machineMemory } from "./machine_memory.ts";
import { failure, resourceHints, signalHints, undeclared } from "./failure.ts";
import { type HostRecord, type HostRequest, isHostRecord } from "./host_protocol.ts";
import type { Job } from "./job.ts";
import { pathInMessage, realPath } from "./path.ts";
import { type Ending, runProcess } from "../process/process.ts";
import { type Sandbox, sandboxArguments, sandboxEnvironment, unspeakablePaths } from "../process/sandbox.ts";
import { graceOf, outputReader, type StageRun } from "./stage_run.ts";
import { undeclaredAccesses, untouchedDeps } from "./undeclared.ts";
import { untrackedOf } from "./untracked.ts";

/** Runs the module of a `run` stage in its sandbox. Returns why it failed; empty: it did not. */
export async function runModule(run: StageRun): Promise<Diagnostic[]> {
  const { stage, job } = run;
  if (stage.action.kind !== "run") throw new Error(`${stage.name} has no module`);
  const unprepared = await preparePackages(stage.action.module, job.code?.packageFolders ?? []);
  if (unprepared !== undefined) return [failure(stage, `cannot run: ${unprepared}`)];
  const sandbox = await stageSandbox(stage, job);
  const unspeakable = unspeakablePaths(sandbox);
  if (unspeakable.length > 0) {
    return unspeakable.map((path) =>
      failure(stage, `cannot run in a sandbox: ${path} has a comma in its name`, ["Rename it, or use `cmd`"])
    );
  }
  const audit = join(run.folder, "audit.jsonl");
  const process = moduleProcess(stage, job, sandbox);
  let last: HostRecord | undefined;
  const stale = new AbortController();
  let verified: Promise<void> | undefined;
  const ending = await runProcess({
    ...process,
    environment: { ...process.environment, DENO_AUDIT_PERMISSIONS: audit },
    stdout: {
      ...outputReader(run, "stdout"),
      record(value: Json): void {
        if (!isHostRecord(value)) return;
        const record = value as unknown as HostRecord;
        if (record.kind === "loaded") {
          verified = job.loaded?.();
          verified?.catch(() => stale.abort());
        } else if (record.kind !== "progress") last = record;
        else run.emit({ ...record, kind: "stage progress", time: Date.now(), stage: stage.name });
      },
    },
    stderr: outputReader(run, "stderr"),
    mark: run.folder,
    signal: run.signal,
    grace: graceOf(job),
    // Code that changed is not asked to end in good order: it must keep nothing for a later attempt.
    kill: AbortSignal.any([stale.signal, ...job.kill === undefined ? [] : [job.kill]]),
  });
  await verified;
  const accesses = await readAudit(audit);
  // A refusal that the stage did not swallow is the same news as the access in the audit, if that has it.
  const refused = last?.kind === "failed" ? refusedAccess(last.message) : undefined;
  const forbidden = undeclaredAccesses(accesses, sandbox, stage.wdir);
  if (refused !== undefined && forbidden.length === 0) forbidden.push(refused);
  const diagnostics = forbidden.map((access) => undeclared(stage, access, shownValue(access, stage.wdir)));
  if (refused === undefined) diagnostics.push(...endingDiagnostics(run, ending, last));
  if (diagnostics.length === 0) warnOfUntouched(run, accesses);
  return diagnostics;
}

/** The process that runs a module in its sandbox, as far as it can be written down. */
export interface ModuleProcess {
  /** Deno. */
  readonly command: string;
  /** Its flags, and the engine's module that runs the stage's. */
  readonly args: readonly string[];
  /** Absolute folder it runs in. */
  readonly folder: string;
  /** All of its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it gets on its standard input. */
  readonly input: string;
}

/** How a stage's module is run in a sandbox. */
export function moduleProcess(stage: Stage, job: Job, sandbox: Sandbox): ModuleProcess {
  if (stage.action.kind !== "run") throw new Error(`${stage.name} has no module`);
  const [subcommand = "run", ...args] = sandboxArguments(hostModule, stage.action.module, sandbox);
  return {
    command: Deno.execPath(),
    args: [subcommand, ...job.flags ?? [], ...args],
    folder: stage.wdir,
    environment: {
      ...sandboxEnvironment(variablesOf(stage, job.resolutions)),
      ...untrackedOf(stage).variables,
      ...deviceEnvironment(stage, job.devices),
    },
    input: `${JSON.stringify(hostRequest(stage, job))}\n`,
  };
}

const hostModule = new URL("./host.ts", import.meta.url).href;

/**
 * What a stage's module may reach: its code, its deps, its outs, its state, what it declares and the native libraries that
 * its resolvers named.
 */
export async function stageSandbox(
  stage: Stage,
  { code, state, resolutions = [] }: Pick<Job, "code" | "state" | "resolutions">,
): Promise<Sandbox> {
  const untracked = untrackedOf(stage);
  const native = withRealPaths(resolutions.flatMap(({ native = [] }) => native));
  return {
    read: [
      ...withRealPaths(stage.deps.map(({ path }) => path)),
      ...withRealPaths(untracked.paths),
      ...code?.files ?? [],
      ...code?.packageFolders ?? [],
      ...native,
    ],
    write: withRealPaths([...stage.outs.map(({ path }) => path), ...state === undefined ? [] : [state]]),
    env: [...variablesOf(stage, resolutions), ...Object.keys(untracked.variables)],
    net: stage.net,
    native: [...await nativeFolders(code?.packageFolders ?? []), ...native],
    pointers: resolutions.some(({ pointers }) => pointers === true),
  };
}

/** The environment variables that a stage declares, and those that its resolvers name. */
function variablesOf(stage: Stage, resolutions: Job["resolutions"] = []): string[] {
  return [...stage.env ?? [], ...resolutions.flatMap(({ env = [] }) => env)];
}

/** Deno grants what is named and not what it links to; a stage may use either name. */
function withRealPaths(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, realPath(path)]))];
}

function hostRequest(stage: Stage, job: Job): HostRequest {
  if (stage.action.kind !== "run") throw new Error(`${stage.name} has no module`);
  const deps: Record<string, string | string[]> = {};
  for (const { name, index, path } of stage.deps) {
    if (name === undefined) continue;
    const before = deps[name];
    if (index === undefined) deps[name] = path;
    else deps[name] = [...(Array.isArray(before) ? before : []), path];
  }
  const outs = stage.outs.flatMap(({ name, path }) => name === undefined ? [] : [[name, path] as const]);
  const { cpus, gpus, memory } = stage.resources;
  return {
    module: pathToFileURL(stage.action.module).href,
    with: toJson(stage.action.with),
    resolutions: job.resolutions ?? [],
    deps,
    outs: Object.fromEntries(outs),
    resources: { cpus, gpus, memory, machineMemory: machineMemory() },
    ...(job.state === undefined ? {} : { state: job.state }),
    grace: graceOf(job),
  };
}

function endingDiagnostics({ stage, signal, log }: StageRun, ending: Ending, last?: HostRecord): Diagnostic[] {
  if (last?.kind === "done" && ending.code === 0) return [];
  if (last?.kind === "failed") {
    // An `Error` of study code is written for people; any other class is a slip, and its place helps.
    const place = last.name === "Error" || last.place === undefined
      ? []
      : [`${last.name} thrown at ${pathInMessage(last.place, stage.wdir)}`];
    return [failure(stage, `failed: ${last.message}`, [...resourceHints(last.message), ...place])];
  }
  if (ending.signal !== null && !signal.aborted) {
    const hints = resourceHints(log.text);
    return [failure(stage, `was killed by ${ending.signal}`, hints.length > 0 ? hints : signalHints(ending.signal))];
  }
  return [failure(stage, `ended with exit code ${ending.code} before it was done`)];
}

function warnOfUntouched({ stage, emit }: StageRun, accesses: readonly Access[]): void {
  for (const dep of untouchedDeps(stage, accesses, stage.wdir)) {
    const diagnostic: Diagnostic = {
      severity: "warning",
      message: `${stage.name} never read ${dep.relative}`,
      range: dep.range,
      hints: ["Drop it from deps, so that its changes do not run the stage again"],
    };
    emit({ kind: "stage warning", time: Date.now(), stage: stage.name, diagnostic });
  }
}

/** What was reached for, as a message shows it. */
function shownValue({ permission, value }: Access, folder: string): string {
  if (value === null) return "everything";
  const isPath = permission === "read" || permission === "write" || permission === "ffi";
  return isPath ? pathInMessage(resolve(folder, value), folder) : value;
}
