import { relative, resolve } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { Float, type Value } from "../value.ts";
import { splitGlob } from "../glob.ts";
import { withExactness } from "./exactness.ts";
import type { Instance } from "./expansion.ts";
import { child, describe, type MapNode, type Node, nodeAt, textOf, toPlain, toValue } from "./node.ts";
import type { CommandAction, Dep, Executor, Out, Resources, RunAction, Stage } from "./pipeline.ts";
import { outProperties } from "./plots.ts";
import { bytes, seconds } from "./quantity.ts";
import { modulePath } from "./run_module.ts";

/** Where a stage's parts are to be found. */
export interface Surroundings {
  /** The folder that deps and outs are told relative to. */
  readonly folder: string;
  /** The folder of the pipeline file, which `wdir` is relative to. */
  readonly base: string;
  /** Takes what is wrong. */
  readonly diagnostics: Diagnostic[];
  /** Where stages run that do not say so. */
  readonly executor?: Executor;
  /** In which folder of a node stages run that do not say so. */
  readonly scratch?: string;
}

/** Makes a stage, its `params` aside, of a body whose references are resolved and which fits the schema. */
export function assembleStage(instance: Instance, body: MapNode, surroundings: Surroundings): Stage {
  const { folder, base, diagnostics } = surroundings;
  const wdir = resolve(base, textOf(child(body, "wdir")) ?? ".");
  const paths = { folder, wdir, diagnostics };
  const keys = ["desc", "meta", "env", "tools", "untracked", "net"];
  const [desc, meta, env, tools, untracked, net] = keys.map((key) => child(body, key));
  const outs = [
    ...outsOf(child(body, "outs"), "out", paths),
    ...outsOf(child(body, "metrics"), "metric", paths),
    ...outsOf(child(body, "plots"), "plot", paths),
  ];
  const executor = textOf(child(body, "executor")) as Executor | undefined ?? surroundings.executor;
  const own = child(child(body, "slurm"), "scratch");
  const scratch = own === undefined ? surroundings.scratch : textOf(own);
  const exactness = { verify: child(body, "verify"), diverged: child(body, "diverged") };
  return {
    name: instance.name,
    group: instance.group,
    ...(desc && { desc: textOf(desc) ?? "" }),
    action: child(body, "run") ? runAction(body, diagnostics) : commandAction(body),
    wdir,
    params: [],
    deps: depsOf(child(body, "deps"), paths),
    outs: withExactness(outs, exactness, diagnostics),
    ...(env && { env: toPlain(env) as string[] }),
    ...(tools && { tools: toPlain(tools) as string[] }),
    ...(untracked && { untracked: toPlain(untracked) as string[] }),
    net: net ? hosts(toPlain(net) as boolean | string[]) : [],
    frozen: flag(body, "frozen", false),
    alwaysChanged: flag(body, "always_changed", false),
    resources: resourcesOf(child(body, "resources")),
    ...(executor && { executor }),
    ...(scratch !== undefined && { scratch }),
    ...(meta && { meta: toValue(meta) }),
    range: instance.range,
  };
}

function hosts(net: boolean | string[]): true | readonly string[] {
  return net === false ? [] : net;
}

function flag(node: Node | undefined, key: string, otherwise: boolean): boolean {
  const found = child(node, key);
  return found?.kind === "scalar" && typeof found.value === "boolean" ? found.value : otherwise;
}

function runAction(body: MapNode, diagnostics: Diagnostic[]): RunAction {
  const run = child(body, "run");
  if (run?.kind !== "scalar") throw new TypeError("A stage was assembled that does not fit the schema");
  const parameters = child(body, "with");
  if (parameters) refuseUnspeakable(parameters, diagnostics);
  return {
    kind: "run",
    module: modulePath(run),
    with: (parameters ? toValue(parameters) : {}) as { readonly [key: string]: Value },
    range: run.range,
    locate: (path) => nodeAt(parameters ?? run, path).range,
  };
}

/** Numbers that cannot cross to a module as JSON are errors here rather than surprises there. */
function refuseUnspeakable(node: Node, diagnostics: Diagnostic[]): void {
  if (node.kind === "list") { for (const item of node.items) refuseUnspeakable(item, diagnostics); }
  else if (node.kind === "map") {
    for (const entry of node.entries.values()) {
      refuseUnspeakable(entry.node, diagnostics);
    }
  } else if (
    typeof node.value === "bigint" || (node.value instanceof Float && !Number.isFinite(node.value.value))
  ) {
    diagnostics.push(errorAt(
      node.range,
      `A module cannot get ${describe(node)}`,
      "Expected a finite number, and no integer beyond 2^53; write it as text",
    ));
  }
}

function commandAction(body: MapNode): CommandAction {
  const cmd = child(body, "cmd") ?? body;
  const written = toPlain(cmd) as string | string[];
  const lines = typeof written === "string" ? written.split(/\r?\n/) : written;
  return { kind: "cmd", lines: lines.filter((line) => line.trim() !== ""), range: cmd.range };
}

interface Paths {
  readonly folder: string;
  readonly wdir: string;
  readonly diagnostics: Diagnostic[];
}

function located(node: Node, text: string, { folder, wdir, diagnostics }: Paths): { path: string; relative: string } {
  if (/^[a-z][a-z0-9+]+:\/\//i.test(text)) {
    diagnostics.push(
      errorAt(node.range, `${text} is an address, not a path`, "Fetch it in a stage of its own and depend on its out"),
    );
  }
  const path = resolve(wdir, text);
  return { path, relative: relative(folder, path) || "." };
}

/** A path, or a pattern. */
function depAt(node: Node, paths: Paths): Dep {
  const written = child(node, "glob");
  if (written === undefined) return { ...located(node, textOf(node) ?? "", paths), range: node.range };
  const { folder, pattern } = splitGlob(textOf(written) ?? "");
  const { path, relative } = located(written, folder, paths);
  const whole = relative === "." ? pattern : `${relative}/${pattern}`;
  return { path, relative: whole, glob: pattern, range: written.range };
}

function depsOf(node: Node | undefined, paths: Paths): readonly Dep[] {
  if (node?.kind === "list") return node.items.map((item) => depAt(item, paths));
  if (node?.kind !== "map") return [];
  return [...node.entries].flatMap(([name, { node: value }]): Dep[] =>
    value.kind === "list"
      ? value.items.map((item, index) => ({ ...depAt(item, paths), name, index }))
      : [{ ...depAt(value, paths), name }]
  );
}

function outsOf(node: Node | undefined, kind: Out["kind"], paths: Paths): readonly Out[] {
  const out = (place: Node, text: string, options: Node | undefined, range = place.range): Out => {
    const desc = textOf(child(options, "desc"));
    return {
      ...located({ ...place, range }, text, paths),
      kind,
      cache: flag(options, "cache", true),
      persist: flag(options, "persist", false),
      ...(desc !== undefined && { desc }),
      ...(kind === "plot" && { plot: outProperties(options) }),
      range,
    };
  };
  if (node?.kind === "list") {
    return node.items.flatMap((item) =>
      item.kind === "map"
        ? [...item.entries].map(([text, entry]) => out(entry.node, text, entry.node, entry.keyRange))
        : [out(item, textOf(item) ?? "", undefined)]
    );
  }
  if (node?.kind !== "map") return [];
  return [...node.entries].map(([name, { node: value }]) => {
    const place = value.kind === "map" ? child(value, "path") ?? value : value;
    return { ...out(place, textOf(place) ?? "", value), name };
  });
}

function resourcesOf(node: Node | undefined): Resources {
  const { cpus = 1, gpus = 0, memory = 0, time = 0, ...names } = (node ? toPlain(node) : {}) as
    & Partial<Omit<Resources, "memory" | "time">>
    & { readonly memory?: string | number; readonly time?: string | number };
  return { cpus, gpus, memory: bytes(memory), time: seconds(time), ...names };
}
