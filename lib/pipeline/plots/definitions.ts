import { posix, relative, resolve, sep } from "node:path";
import type { Pipeline, PlotProperties } from "../file/pipeline.ts";
import { isMap, type Value } from "../value.ts";
import type { PlotFiles } from "./plot_files.ts";

/** Plots by id, of one file. Paths of data are relative to the current folder, with `/`. */
export type Definitions = ReadonlyMap<string, PlotProperties>;

/** Which plots are wanted, and from where they are looked at. */
export interface PlotRequest {
  /** Absolute current folder. */
  readonly folder: string;
  /** Ids, or their beginnings as regular expressions; none: all plots. */
  readonly targets: readonly string[];
  /** Display properties that win over those of files. */
  readonly properties: PlotProperties;
}

/**
 * The plots that a pipeline defines, by file: those of the tops of its files by the file's path relative to the current
 * folder, those of stages by `""`. A folder of data is a plot for each of its files.
 */
export function definitionsOf(
  pipeline: Pipeline,
  request: PlotRequest,
  files: PlotFiles,
): ReadonlyMap<string, Definitions> {
  const found = new Map<string, Map<string, PlotProperties>>();
  const add = (file: string, id: string, properties: PlotProperties): void => {
    const plots = found.get(file) ?? new Map<string, PlotProperties>();
    found.set(file, plots.set(id, { ...plots.get(id), ...properties, ...request.properties }));
  };
  for (const { file, plots } of pipeline.plots ?? []) {
    const config = fromFolder(request.folder, file);
    const parents = plots.map(([id]) => posix.join(posix.dirname(config), id));
    for (const [id, properties] of plots) {
      if (!isWanted(request.targets, id, config)) continue;
      if (isMapOf(properties.y)) {
        add(config, id, placed(properties, posix.dirname(config)));
        continue;
      }
      const path = posix.join(posix.dirname(config), id);
      for (const inside of filesAt(request.folder, path, files)) {
        // Of folders inside each other, the innermost one's properties count.
        if (innermost(inside, parents) === path) add(config, inside, properties);
      }
    }
  }
  for (const { outs } of pipeline.stages) {
    for (const { path, plot } of outs) {
      const id = fromFolder(request.folder, path);
      if (plot === undefined || !isWanted(request.targets, id, "")) continue;
      for (const inside of filesAt(request.folder, id, files)) add("", inside, plot[0] ?? {});
    }
  }
  for (const target of request.targets) {
    const path = resolve(request.folder, target);
    if (!files.has(path)) continue;
    for (const inside of filesAt(request.folder, fromFolder(request.folder, path), files)) add("", inside, {});
  }
  return found;
}

/**
 * Plots by the id under which they are shown: an id that several files define has that of its file before it.
 *
 * @returns the id inside the file, and the properties
 */
export function definitionsById(
  definitions: ReadonlyMap<string, Definitions>,
): ReadonlyMap<string, readonly [id: string, properties: PlotProperties]> {
  const files = new Map<string, string[]>();
  for (const [file, plots] of definitions) for (const id of plots.keys()) files.set(id, [...files.get(id) ?? [], file]);
  const found = new Map<string, readonly [string, PlotProperties]>();
  for (const [id, names] of files) {
    for (const file of names) {
      found.set(names.length === 1 ? id : fullId(id, file), [id, definitions.get(file)!.get(id)!]);
    }
  }
  return found;
}

/** Paths of the files with the data of a plot, relative to the current folder. */
export function sourcesOf(id: string, { x, y }: PlotProperties): readonly string[] {
  const sources = isMapOf(y) ? Object.keys(y) : [id];
  const [first] = isMapOf(x) ? Object.keys(x) : [];
  return [...new Set(first === undefined ? sources : [...sources, first])];
}

/** Whether a value is a map, as `x` and `y` are where they name files. */
export function isMapOf(value: Value | undefined): value is { readonly [key: string]: Value } {
  return value !== undefined && isMap(value);
}

/** An absolute path relative to a folder, with `/`. */
export function fromFolder(folder: string, path: string): string {
  return relative(folder, path).replaceAll(sep, "/") || ".";
}

/** `x` and `y` with the paths of files relative to the current folder. */
function placed(properties: PlotProperties, folder: string): PlotProperties {
  const axes = (["x", "y"] as const).flatMap((axis) => {
    const value = properties[axis];
    if (!isMapOf(value)) return [];
    return [[
      axis,
      Object.fromEntries(Object.entries(value).map(([file, field]) => [posix.join(folder, file), field])),
    ]];
  });
  return { ...properties, ...Object.fromEntries(axes) };
}

function filesAt(folder: string, path: string, files: PlotFiles): readonly string[] {
  const inside = files.folder(resolve(folder, path));
  return inside === undefined ? [path] : inside.map((file) => posix.join(path, file));
}

function innermost(path: string, parents: readonly string[]): string {
  const around = parents.filter((parent) => path === parent || path.startsWith(`${parent}/`));
  return around.toSorted((one, other) => other.length - one.length)[0] ?? "";
}

function isWanted(targets: readonly string[], id: string, file: string): boolean {
  return targets.length === 0 ||
    targets.some((target) => [id, fullId(id, file)].some((name) => startsLike(name, target)));
}

function fullId(id: string, file: string): string {
  return file === "" ? id : `${file}::${id}`;
}

function startsLike(name: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`, "u").test(name);
  } catch {
    return name.startsWith(pattern);
  }
}
