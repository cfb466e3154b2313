import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { Range } from "../../../lib/pipeline/diagnostic.ts";
import type { Dep, Out, Stage } from "../../../lib/pipeline/file/pipeline.ts";
import type { Graph } from "../../../lib/pipeline/graph/graph.ts";
import { type Closure, closureOf } from "../../../lib/pipeline/plan/closure.ts";
import { Planner, type PlannerOptions } from "../../../lib/pipeline/plan/planner.ts";
import { type Lock, lockPath, readLock } from "../../../lib/pipeline/store/lock.ts";
import { UNSETTLED_MS } from "../../../lib/pipeline/store/file_state.ts";
import { Workspace } from "../../../lib/pipeline/store/workspace.ts";
import type { Value } from "../../../lib/pipeline/value.ts";

/** A project in a folder of its own, with a workspace; gone when disposed. */
export class Project implements AsyncDisposable {
  readonly folder: string;
  workspace: Workspace;

  private constructor(folder: string, workspace: Workspace) {
    this.folder = folder;
    this.workspace = workspace;
  }

  static async make(files: { readonly [path: string]: string } = {}): Promise<Project> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "project-" }));
    const project = new Project(folder, await Workspace.open(folder));
    for (const [path, text] of Object.entries(files)) project.write(path, text);
    return project;
  }

  path(relative: string): string {
    return isAbsolute(relative) ? relative : join(this.folder, relative);
  }

  write(relative: string, text: string): void {
    mkdirSync(dirname(this.path(relative)), { recursive: true });
    writeFileSync(this.path(relative), text);
  }

  read(relative: string): string {
    return Deno.readTextFileSync(this.path(relative));
  }

  remove(relative: string): void {
    Deno.removeSync(this.path(relative), { recursive: true });
  }

  async lock(): Promise<Lock> {
    const lock = await readLock(lockPath(this.path("pipeline.yaml")));
    if (!lock.ok) throw new Error(lock.diagnostics.map(({ message }) => message).join("\n"));
    return lock.value;
  }

  async closures(...stages: readonly Stage[]): Promise<ReadonlyMap<string, Closure>> {
    const modules = stages.flatMap(({ action }) => action.kind === "run" ? [action.module] : []);
    const closures = await closureOf(modules, this.workspace);
    if (!closures.ok) throw new Error(closures.diagnostics.map(({ message }) => message).join("\n"));
    return closures.value;
  }

  /** A planner as a new process would make it: with the lock from the disk. */
  async planner(stages: readonly Stage[], options: Partial<PlannerOptions> = {}): Promise<Planner> {
    return new Planner({
      workspace: this.workspace,
      lock: await this.lock(),
      closures: await this.closures(...stages),
      ...options,
    });
  }

  /** A stage that reads and writes these paths; `run` where a module is given. */
  stage(name: string, parts: StageParts = {}): Stage {
    return {
      name,
      group: name.split("@")[0] ?? name,
      action: parts.run === undefined ? { kind: "cmd", lines: [parts.cmd ?? `run ${name}`], range: NOWHERE } : {
        kind: "run",
        module: this.path(parts.run),
        with: parts.with ?? {},
        range: NOWHERE,
        locate: () => NOWHERE,
      },
      wdir: this.path(parts.wdir ?? "."),
      params: Object.entries(parts.params ?? {}).map(([key, value]) => ({
        file: this.path("params.yaml"),
        key,
        value,
        range: NOWHERE,
      })),
      deps: (parts.deps ?? []).map((relative): Dep => ({ path: this.path(relative), relative, range: NOWHERE })),
      outs: (parts.outs ?? []).map((relative): Out => ({
        path: this.path(relative),
        relative,
        kind: "out",
        cache: true,
        persist: false,
        range: NOWHERE,
        ...parts.out,
      })),
      ...(parts.env === undefined ? {} : { env: parts.env }),
      net: [],
      frozen: parts.frozen ?? false,
      alwaysChanged: parts.alwaysChanged ?? false,
      resources: { cpus: 1, gpus: 0, memory: 0, time: 0 },
      range: NOWHERE,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.workspace.dispose();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Waits until the time stamps of files written so far are old enough for digests to be remembered. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, UNSETTLED_MS + 100));
}

/** What a test says of a stage. */
export interface StageParts {
  readonly cmd?: string;
  readonly run?: string;
  readonly with?: { readonly [key: string]: Value };
  readonly wdir?: string;
  readonly params?: { readonly [key: string]: Value };
  readonly deps?: readonly string[];
  readonly outs?: readonly string[];
  /** Flags of all outs. */
  readonly out?: Partial<Out>;
  readonly env?: readonly string[];
  readonly frozen?: boolean;
  readonly alwaysChanged?: boolean;
}

/** A graph of stages given in a topological order, with an edge where an out is a dep, holds it or lies in it. */
export function graphOf(...stages: readonly Stage[]): Graph {
  const meets = (one: string, other: string) =>
    one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
  const edges = stages.flatMap((from) =>
    stages.filter((to) => to.deps.some((dep) => from.outs.some((out) => meets(out.path, dep.path))))
      .map((to) => [from.name, to.name] as const)
  );
  return {
    stages: new Map(stages.map((stage) => [stage.name, stage])),
    upstream: new Map(
      stages.map(({ name }) => [name, new Set(edges.filter(([, to]) => to === name).map(([from]) => from))]),
    ),
    downstream: new Map(
      stages.map(({ name }) => [name, new Set(edges.filter(([from]) => from === name).map(([, to]) => to))]),
    ),
  };
}

const NOWHERE: Range = { source: { path: "pipeline.yaml", text: "" }, start: 0, end: 0 };
