import { dirname, resolve } from "node:path";
import { type Diagnostic, hasErrors } from "../diagnostic.ts";
import { assembleStage } from "./assembly.ts";
import type { FlagStyle } from "./command_flags.ts";
import type { Documents } from "./documents.ts";
import { expandStage, type Instance, resolveBody } from "./expansion.ts";
import { type Extended, readExtended } from "./extension.ts";
import { child, type MapNode, type Node, textOf } from "./node.ts";
import type { Executor, FilePlots, FileVariable, RemoteAddress, RemotePlace, Stage } from "./pipeline.ts";
import { withParams } from "./params.ts";
import { plotsOf } from "./plots.ts";
import { carrierOf, remotesOf } from "./remotes.ts";
import { checkModules } from "./run_module.ts";
import type { Scope } from "./scope.ts";
import { checkStage } from "./stage_rules.ts";
import { resolveTemplates } from "./template.ts";
import { validate } from "./validation.ts";
import { fileVariables } from "./file_variables.ts";
import { addVariables } from "./variables.ts";

/** What reading the files of a pipeline needs. */
export interface Reading {
  /** Absolute folder that deps and outs are told relative to. */
  readonly folder: string;
  /** Reads the files. */
  readonly documents: Documents;
  /** Takes what is wrong. */
  readonly diagnostics: Diagnostic[];
  /** How maps become flags of a command; as DVC has it by default where absent. */
  readonly flags?: FlagStyle;
  /** True: params without a value are problems of their stages, said where these would run. */
  readonly postponed?: boolean;
}

/** A stage that has yet to get the values that its `params` name. */
export interface WrittenStage {
  /** All else. */
  readonly stage: Stage;
  /** Its `params` list. */
  readonly params: Node | undefined;
}

/** What one file holds. */
export interface WrittenFile {
  /** Its stages. */
  readonly stages: readonly WrittenStage[];
  /** Absolute paths of the files that `metrics` at its top names. */
  readonly metrics: readonly string[];
  /** The same of `params`. */
  readonly params: readonly string[];
  /** What its stages take of the files that `vars` load. */
  readonly variables: readonly FileVariable[];
  /** What `plots` at its top defines: one entry, or none. */
  readonly plots: readonly FilePlots[];
  /** Whether it has `absent_outs: make`. */
  readonly makesAbsent?: boolean;
  /** Where results are shared; none where absent. */
  readonly remotes?: readonly RemotePlace[];
  /** The one that `slurm.remote` names; none where absent. */
  readonly carrier?: RemoteAddress;
}

/**
 * Reads one file (and of those that it extends): text, then a document with places, then `extends`, `vars`,
 * templates, `foreach` and `matrix`, checked before and after expansion. Empty where something is wrong.
 */
export async function readWritten(file: string, reading: Reading): Promise<WrittenFile> {
  const { diagnostics, documents } = reading;
  const extended = await readExtended(file, documents, diagnostics);
  if (!extended) return { stages: [], metrics: [], params: [], variables: [], plots: [] };
  const { root, variables, lists } = extended;
  const whole = lists.map((entry): MapNode => ({ ...root, entries: new Map([["vars", entry]]) }));
  for (const part of [root, ...whole]) validate(part, "written", "", diagnostics);

  const scope = { variables: variables.root, ...(reading.flags && { flags: reading.flags }) };
  const files = (key: string): readonly string[] => {
    const list = child(root, key);
    if (list?.kind !== "list") return [];
    const names = list.items.map((item) => textOf(resolveTemplates(item, { scope, place: "plain", diagnostics })));
    return names.filter((name) => name !== undefined).map((name) => resolve(dirname(file), name));
  };
  const used = new Set<Node>();
  const executor = textOf(child(root, "executor")) as Executor | undefined;
  const scratch = textOf(child(child(root, "slurm"), "scratch"));
  const stages = await readStages(
    child(root, "stages"),
    { file, extended, scope, used, ...executor && { executor }, ...scratch !== undefined && { scratch } },
    reading,
  );
  const makesAbsent = textOf(child(root, "absent_outs")) === "make";
  const plots = plotsOf(child(root, "plots"), { scope, place: "whole", diagnostics });
  const remotes = remotesOf(child(root, "remotes"), { scope, place: "plain", diagnostics });
  const carrier = carrierOf(child(root, "slurm"), remotes, diagnostics);
  return {
    stages,
    ...(remotes.length > 0 && { remotes }),
    ...(carrier && { carrier }),
    ...(makesAbsent && { makesAbsent }),
    metrics: files("metrics"),
    params: files("params"),
    variables: await fileVariables(used, extended.files, documents),
    plots: plots.length === 0 ? [] : [{ file, plots }],
  };
}

/** A file whose stages are read. */
interface ReadFile {
  readonly file: string;
  readonly extended: Extended;
  readonly scope: Scope;
  /** Takes what references in stages come to. */
  readonly used: Set<Node>;
  readonly executor?: Executor;
  readonly scratch?: string;
}

async function readStages(
  written: Node | undefined,
  { file, extended, scope, used, executor, scratch }: ReadFile,
  reading: Reading,
): Promise<readonly WrittenStage[]> {
  if (written?.kind !== "map") return [];
  const { diagnostics } = reading;
  const base = dirname(file);
  const instances: Instance[] = [];
  for (const [name, entry] of written.entries) {
    checkStage(name, entry, diagnostics);
    instances.push(...expandStage(name, entry, scope, diagnostics));
  }
  const bodies: { readonly instance: Instance; readonly body: MapNode }[] = [];
  for (const instance of instances) {
    const before = diagnostics.length;
    const scope = await withStageVariables(instance, extended, base, reading);
    const body = resolveBody(instance.body, { ...scope, used }, diagnostics);
    if (diagnostics.length === before) validate(body, "expanded", `stages.${instance.name}`, diagnostics);
    bodies.push({ instance, body });
  }
  await checkModules(bodies.map(({ body }) => body), diagnostics);
  if (hasErrors(diagnostics)) return [];
  return bodies.map(({ instance, body }) => ({
    stage: assembleStage(instance, body, {
      ...reading,
      base,
      ...executor && { executor },
      ...scratch !== undefined && { scratch },
    }),
    params: child(body, "params"),
  }));
}

/** The stages of a pipeline with their params: which of those a stage makes, only all stages together tell. */
export async function withAllParams(written: readonly WrittenStage[], reading: Reading): Promise<readonly Stage[]> {
  const outs = new Set(written.flatMap(({ stage }) => stage.outs.map((out) => out.path)));
  return await Promise.all(written.map(({ stage, params }) => withParams(stage, params, { ...reading, outs })));
}

/** A stage's own `vars`: files are relative to its `wdir`, and a variable of the file cannot be defined anew. */
async function withStageVariables(
  instance: Instance,
  extended: Extended,
  base: string,
  reading: Reading,
): Promise<Instance["scope"]> {
  const list = child(instance.body, "vars");
  if (!list) return instance.scope;
  const wdir = child(instance.body, "wdir");
  const { scope } = instance;
  const resolved = wdir && resolveTemplates(wdir, { scope, place: "plain", diagnostics: reading.diagnostics });
  const folder = resolve(base, textOf(resolved) ?? ".");
  return { ...scope, variables: (await addVariables(extended.variables, list, folder, reading)).root };
}
