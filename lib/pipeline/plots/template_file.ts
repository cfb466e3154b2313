import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { nearest } from "../nearest.ts";
import type { Json } from "../value.ts";
import { templates } from "./templates.ts";

/**
 * A template by name: one of the project (`.dvc/plots`), a file, or one of DVC's; `linear` unless given.
 *
 * @param root absolute folder of the project
 * @param folder absolute current folder
 * @throws {Error} where there is none, or it is no JSON; the message is a sentence
 */
export function readTemplate(name: string | undefined, root: string, folder: string): Json {
  if (name === undefined) return templates.linear!();
  const own = resolve(root, ".dvc/plots", name);
  const path = [own, `${own}.json`, resolve(folder, name)].find((place) => existsSync(place));
  if (path !== undefined) return jsonOf(path);
  const template = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (template !== undefined) return template();
  const close = nearest(name, Object.keys(templates));
  const hint = close === undefined
    ? `expected one of ${Object.keys(templates).join(", ")}, or the path of a JSON file`
    : `did you mean ${close}?`;
  throw new Error(`there is no template ${name}; ${hint}`);
}

function jsonOf(path: string): Json {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`the template ${path} cannot be read: ${(error as Error).message}`);
  }
}
