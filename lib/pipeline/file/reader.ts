import { dirname, resolve } from "node:path";
import { type Diagnostic, hasErrors, type Result } from "../diagnostic.ts";
import { assembleStage } from "./assembly.ts";
import { Documents } from "./documents.ts";
import { expandStage, type Instance, resolveBody } from "./expansion.ts";
import { type Extended, readExtended } from "./extension.ts";
import { child, type MapNode, textOf } from "./node.ts";
import type { Pipeline, Stage } from "./pipeline.ts";
import { withParams } from "./params.ts";
import { checkModules } from "./run_module.ts";
import { checkStage } from "./stage_rules.ts";
import { resolveTemplates } from "./template.ts";
import { validate } from "./validation.ts";
import { addVariables } from "./variables.ts";

/**
 * Reads a pipeline file: text, then a document with places, then `extends`, `vars`, templates, `foreach` and `matrix`,
 * checked before and after expansion. All errors come at once; those that the phases share come once.
 */
export async function readPipeline(path: string): Promise<Result<Pipeline>> {
  const file = resolve(path);
  const found: Diagnostic[] = [];
  const documents = new Documents(found);
  const extended = await readExtended(file, documents, found);
  const stages = extended ? await readStages(extended, { folder: dirname(file), documents, diagnostics: found }) : [];
  const diagnostics = distinct(found);
  if (hasErrors(diagnostics)) return { ok: false, diagnostics };
  const value = { file, folder: dirname(file), files: await documents.paths(), stages };
  return { ok: true, value, diagnostics };
}

interface Reading {
  readonly folder: string;
  readonly documents: Documents;
  readonly diagnostics: Diagnostic[];
}

async function readStages(extended: Extended, reading: Reading): Promise<readonly Stage[]> {
  const { diagnostics } = reading;
  const { root, variables, lists } = extended;
  const whole = lists.map((entry): MapNode => ({ ...root, entries: new Map([["vars", entry]]) }));
  for (const part of [root, ...whole]) validate(part, "written", "", diagnostics);

  const written = child(root, "stages");
  if (written?.kind !== "map") return [];
  const instances: Instance[] = [];
  for (const [name, entry] of written.entries) {
    checkStage(name, entry, diagnostics);
    instances.push(...expandStage(name, entry, { variables: variables.root }, diagnostics));
  }
  const bodies: { readonly instance: Instance; readonly body: MapNode }[] = [];
  for (const instance of instances) {
    const before = diagnostics.length;
    const scope = await withStageVariables(instance, extended, reading);
    const body = resolveBody(instance.body, scope, diagnostics);
    if (diagnostics.length === before) validate(body, "expanded", `stages.${instance.name}`, diagnostics);
    bodies.push({ instance, body });
  }
  await checkModules(bodies.map(({ body }) => body), diagnostics);
  if (hasErrors(diagnostics)) return [];
  const stages = bodies.map(({ instance, body }) => assembleStage(instance, body, reading));
  const outs = new Set(stages.flatMap((stage) => stage.outs.map((out) => out.path)));
  return await Promise.all(
    stages.map((stage, index) => withParams(stage, child(bodies[index]?.body, "params"), { ...reading, outs })),
  );
}

/** A stage's own `vars`: files are relative to its `wdir`, and a variable of the file cannot be defined anew. */
async function withStageVariables(
  instance: Instance,
  extended: Extended,
  reading: Reading,
): Promise<Instance["scope"]> {
  const list = child(instance.body, "vars");
  if (!list) return instance.scope;
  const wdir = child(instance.body, "wdir");
  const { scope } = instance;
  const resolved = wdir && resolveTemplates(wdir, { scope, place: "plain", diagnostics: reading.diagnostics });
  const folder = resolve(reading.folder, textOf(resolved) ?? ".");
  return { ...scope, variables: (await addVariables(extended.variables, list, folder, reading)).root };
}

/** The schema is asked before and after expansion, and about each item of a `foreach`: an error counts once a place. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { range, message, hints } = diagnostic;
    const key = range ? `${range.source.path}:${range.start}:${range.end}:${hints?.[0] ?? message}` : message;
    if (!seen.has(key)) seen.set(key, diagnostic);
  }
  return [...seen.values()];
}
