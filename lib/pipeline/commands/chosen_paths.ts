import { relative, resolve, sep } from "node:path";
import type { Context } from "./context.ts";

/**
 * Files and folders that were typed, relative to the project; undefined where none were.
 *
 * @param folder of the project, absolute
 */
export function chosenPaths(
  context: Context,
  folder: string,
  targets: readonly string[] | undefined,
): readonly string[] | undefined {
  if (targets === undefined || targets.length === 0) return undefined;
  return targets.map((target) => relative(folder, resolve(context.folder, target)).replaceAll(sep, "/"));
}
