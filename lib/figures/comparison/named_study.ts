import { dirname } from "node:path/posix";
import { readStudy, type Study } from "../study/study.ts";

/** A study as it is compared with others. */
export interface NamedStudy {
  /** Unique among those that are compared. */
  readonly name: string;
  /** By which reading of the paper its networks were trained, where that is known. */
  readonly profile?: string;
  /** Its tables. */
  readonly study: Study;
  /** Files that its folder lacks, so that what they hold stays empty. */
  readonly lacking: readonly string[];
}

/** The files of a study that are compared, by what they hold. */
const files = { history: "history.csv", cdnv: "cdnv.csv", depth: "effective_depth.csv" } as const;

/**
 * Reads the tables of several studies, each from the folder of tables that its `plot` stage left. A file that a folder lacks
 * is named in `lacking`.
 *
 * @param folders absolute paths
 * @param names one a folder; else as {@linkcode studyNames} has them
 * @throws {Error} where there is no folder, names are too many, too few or not unique, a folder holds none of the tables, or
 * one cannot be read
 */
export async function readStudies(folders: readonly string[], names?: readonly string[]): Promise<NamedStudy[]> {
  if (folders.length === 0) throw new Error("There is no study to compare; list folders of tables under deps.tables");
  if (names !== undefined && names.length !== folders.length) {
    throw new Error(`There are ${names.length} names of ${folders.length} studies; give one a folder of tables`);
  }
  const named = names ?? studyNames(folders);
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two studies are named ${twice}; give each a name of its own in with.names`);
  return await Promise.all(folders.map(async (folder, index) => {
    const found = new Set<string>();
    for await (const { name } of Deno.readDir(folder)) found.add(name);
    const paths = (file: string) => found.has(file) ? [`${folder}/${file}`] : [];
    const lacking = Object.values(files).filter((file) => !found.has(file));
    if (lacking.length === Object.keys(files).length) {
      throw new Error(`${folder} holds none of ${lacking.join(", ")}; expected the tables that the stage plot leaves`);
    }
    const { study } = await readStudy({
      ...{ history: paths(files.history), cdnv: paths(files.cdnv), depth: paths(files.depth), probe: [] },
    });
    return { name: named[index]!, study, lacking };
  }));
}

/**
 * Names of studies by where their tables lie: `figure1/reduced` of `…/studies/figure1/reduced/outputs/tables`. One that lies
 * below no folder `studies` has what its path has besides that of the others of that kind, and is the default one if that is
 * nothing.
 *
 * @param folders absolute paths of folders of tables
 */
export function studyNames(folders: readonly string[]): string[] {
  const homes = folders.map(homeOf);
  const below = homes.map((home) => /.*\/studies\/(.+)$/.exec(home)?.[1]);
  const others = homes.filter((_, index) => below[index] === undefined).map((home) => home.split("/"));
  const shared = (others[0] ?? []).findIndex((part, index) => others.some((parts) => parts[index] !== part));
  const start = shared === -1 ? others[0]?.length ?? 0 : shared;
  return homes.map((home, index) => below[index] ?? (home.split("/").slice(start).join("/") || "default"));
}

/** The folder of the study whose tables lie in a folder. */
export function homeOf(tables: string): string {
  return dirname(tables).replace(/\/outputs$/, "");
}
