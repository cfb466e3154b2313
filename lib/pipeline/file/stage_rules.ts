import { basename } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import { type Entry, type MapNode, type Node } from "./node.ts";
import { DVC_FILE } from "./pipeline.ts";

/** Keys that DVC does not have. */
const OWN_KEYS: ReadonlySet<string> = new Set([
  "extends",
  "remotes",
  "run",
  "with",
  "env",
  "tools",
  "untracked",
  "net",
  "executor",
  "slurm",
  "resources",
  "verify",
  "diverged",
]);

/** Keys whose value DVC has as a list only. */
const LISTS: readonly string[] = ["deps", "outs", "metrics", "plots"];

/** The rules of a file's top that hold between keys. */
export function checkFile(root: MapNode, diagnostics: Diagnostic[]): void {
  for (const [key, entry] of root.entries) checkOwnKey(key, entry, diagnostics);
}

/** The rules of a stage that hold between keys: which need, and which exclude, each other. */
export function checkStage(name: string, entry: Entry, diagnostics: Diagnostic[]): void {
  const { node, keyRange } = entry;
  if (/\s/.test(name) && basename(keyRange.source.path) !== DVC_FILE) {
    diagnostics.push(errorAt(keyRange, `${name} cannot be a name here`, "Expected a name without @, : and spaces"));
  }
  if (node.kind !== "map") return;
  const keys = node.entries;
  const iteration = keys.get("foreach");
  const template = keys.get("do");
  if (iteration && !template) {
    diagnostics.push(
      errorAt(iteration.keyRange, `Stage ${name} has foreach without do`, "Put the stage's keys under do"),
    );
  }
  if (template && !iteration) {
    diagnostics.push(
      errorAt(template.keyRange, `Stage ${name} has do without foreach`, "Add foreach: a list or a map"),
    );
  }
  if (!iteration && !template) return checkBody(name, keyRange, node, diagnostics);
  for (const [key, other] of keys) {
    if (key === "foreach" || key === "do") continue;
    diagnostics.push(errorAt(other.keyRange, `${key} cannot stand beside foreach and do`, `Move ${key} into do`));
  }
  if (template?.node.kind === "map") checkBody(name, template.keyRange, template.node, diagnostics);
}

function checkBody(name: string, place: Entry["keyRange"], body: MapNode, diagnostics: Diagnostic[]): void {
  const keys = body.entries;
  const [run, cmd] = [keys.get("run"), keys.get("cmd")];
  if (run && cmd) {
    diagnostics.push({
      ...errorAt(cmd.keyRange, `Stage ${name} has both run and cmd`, "Expected exactly one of run and cmd"),
      related: [{ message: "run stands here", range: run.keyRange }],
    });
  } else if (!run && !cmd) {
    diagnostics.push(errorAt(
      place,
      `Stage ${name} has neither run nor cmd`,
      "Expected exactly one of run (a Deno module) and cmd (a shell command)",
    ));
  }
  needs("with", "run", "the values a module gets");
  needs("untracked", "run", "what a module may read besides its deps");
  needs("net", "run", "the hosts a module may reach");
  needs("tools", "cmd", "commands that tell the versions of what a command runs");
  needs("params", "cmd", "values of params files that a command depends on");
  for (const [key, entry] of keys) checkOwnKey(key, entry, diagnostics);
  const deps = keys.get("deps")?.node;
  for (const item of deps?.kind === "list" ? deps.items : []) {
    if (item.kind !== "map" || !inDvcFile(item)) continue;
    diagnostics.push(
      errorAt(item.range, "A dep is a map", "Expected a path in a dvc.yaml; patterns are for a pipeline.yaml"),
    );
  }
  for (const key of LISTS) {
    const entry = keys.get(key);
    if (entry?.node.kind === "map" && inDvcFile(entry.node)) {
      diagnostics.push(
        errorAt(entry.node.range, `${key} is a map`, "Expected a list in a dvc.yaml; maps are for a pipeline.yaml"),
      );
    }
  }

  function needs(key: string, other: "run" | "cmd", meaning: string): void {
    const entry = keys.get(key);
    if (!entry || keys.has(other) || (!run && !cmd)) return;
    const instead = key === "with" ? "; with cmd, use params" : key === "params" ? "; with run, use with" : "";
    diagnostics.push(errorAt(entry.keyRange, `${key} needs ${other}`, `${key} holds ${meaning}${instead}`));
  }
}

function checkOwnKey(key: string, entry: Entry, diagnostics: Diagnostic[]): void {
  if (!OWN_KEYS.has(key) || basename(entry.keyRange.source.path) !== DVC_FILE) return;
  diagnostics.push(errorAt(
    entry.keyRange,
    `${key} is no key of a dvc.yaml`,
    "Rename the file to pipeline.yaml to use what DVC does not have",
  ));
}

function inDvcFile(node: Node): boolean {
  return basename(node.range.source.path) === DVC_FILE;
}
