import { writeTable } from "../../lib/formats/table.ts";
import { readStudy, type Study, type TablePaths } from "../../lib/figures/study/study.ts";
import { type SampleStudy, type SampleTables, sampleTables } from "./sample_tables.ts";

/** Writes sample tables into a folder, one file a kind. */
export async function writeSample(folder: string, tables: SampleTables): Promise<Required<TablePaths>> {
  const paths = { history: "", cdnv: "", depth: "", probe: "", pairs: "", curve: "", collapse: "" };
  for (const kind of ["history", "cdnv", "depth", "probe", "pairs", "curve", "collapse"] as const) {
    paths[kind] = `${folder}/${kind}.csv`;
    await writeTable(paths[kind], Object.keys(tables[kind][0]!), tables[kind]);
  }
  return {
    history: [paths.history],
    cdnv: [paths.cdnv],
    depth: [paths.depth],
    probe: [paths.probe],
    pairs: [paths.pairs],
    curve: [paths.curve],
    collapse: [paths.collapse],
  };
}

/** Gives a folder to a test and removes it afterwards. */
export async function withFolder<T>(test: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "mindepth-figures-" });
  try {
    return await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A study read from sample tables, after a change to them. */
export function sampleStudy(of: SampleStudy = {}, change: (tables: SampleTables) => void = () => {}): Promise<Study> {
  return withFolder(async (folder) => {
    const tables = sampleTables(of);
    change(tables);
    return (await readStudy(await writeSample(folder, tables))).study;
  });
}
