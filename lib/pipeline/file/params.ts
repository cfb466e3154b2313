import { basename, resolve } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import type { Value } from "../value.ts";
import type { Documents } from "./documents.ts";
import { describe, type Node, toValue } from "./node.ts";
import type { Param } from "./pipeline.ts";
import { DEFAULT_PARAMS } from "./variables.ts";

/**
 * The values that a `params` list names, in DVC's forms: `key` (of `params.yaml`), `{file: [keys]}`, and `{file: null}` or
 * `{file: []}` for the whole file. Files are relative to `folder`; a missing one leaves its values undefined.
 */
export async function readParams(
  list: Node,
  folder: string,
  documents: Documents,
  diagnostics: Diagnostic[],
): Promise<readonly Param[]> {
  if (list.kind !== "list") return [];
  const params: Param[] = [];
  for (const item of list.items) {
    if (item.kind === "scalar") params.push(await readParam(resolve(folder, DEFAULT_PARAMS), item, documents));
    else if (item.kind === "map") {
      for (const [name, { node }] of item.entries) {
        const file = resolve(folder, name);
        if (!/\.(ya?ml|json)$/i.test(name)) {
          diagnostics.push(
            errorAt(node.range, `${basename(name)} is neither YAML nor JSON`, "Expected a .yaml, .yml or .json file"),
          );
        } else if (node.kind === "list" && node.items.length > 0) {
          for (const key of node.items) params.push(await readParam(file, key, documents));
        } else if (node.kind === "list" || (node.kind === "scalar" && node.value === null)) {
          params.push(await readParam(file, node, documents, ""));
        } else {
          diagnostics.push(errorAt(node.range, `The keys of ${name} are ${describe(node)}`, "Expected a list of keys"));
        }
      }
    }
  }
  return params;
}

async function readParam(file: string, key: Node, documents: Documents, path?: string): Promise<Param> {
  const name = path ?? (key.kind === "scalar" ? String(key.value) : "");
  let value: Node | undefined = await documents.read(file);
  for (const step of name === "" ? [] : name.split(".")) {
    value = value?.kind === "map"
      ? value.entries.get(step)?.node
      : value?.kind === "list" && /^\d+$/.test(step)
      ? value.items[Number(step)]
      : undefined;
  }
  const found: Value | undefined = value && toValue(value);
  return { file, key: name, value: found, range: key.range };
}
