import { join } from "node:path";
import { type Diagnostic, errorAt, type Range } from "../diagnostic.ts";
import type { ColumnExactness, Exactness } from "../file/exactness.ts";
import type { Out, Stage } from "../file/pipeline.ts";
import { nameHints } from "../nearest.ts";
import type { Digests } from "../store/digests.ts";
import type { Lock } from "../store/lock.ts";
import { columnNames } from "./table_deviation.ts";

/**
 * Errors for columns that have a tolerance though no table of the outs it is about has them. Where one of these outs is
 * absent, or is not what the lock records, it may have had them.
 *
 * @throws {StoreError} where an out cannot be read
 */
export async function checkColumns(stages: readonly Stage[], lock: Lock, digests: Digests): Promise<Diagnostic[]> {
  // A column that is written once may be about several outs, and about each stage of a foreach.
  const uses = new Map<Range, { name: string; valid: Set<string>; isWhole: boolean }>();
  for (const [name, out] of stages.flatMap(({ name, outs }) => outs.map((out) => [name, out] as const))) {
    const asked = [...columnsOf(out.verify), ...columnsOf(out.diverged)];
    const recorded = lock.stages.get(name)?.outs.find(({ path }) => path === out.relative);
    const columns = asked.length === 0 ? undefined : await columnsIn(out, recorded?.sha256, digests);
    for (const [name, { range }] of asked) {
      const use = uses.get(range) ?? { name, valid: new Set(), isWhole: true };
      for (const found of columns ?? []) use.valid.add(found);
      uses.set(range, { ...use, isWhole: use.isWhole && columns !== undefined });
    }
  }
  return [...uses].flatMap(([range, { name, valid, isWhole }]) =>
    isWhole && !valid.has(name)
      ? [errorAt(range, `No table that this is about has a column ${name}`, ...nameHints(name, [...valid]))]
      : []
  );
}

function columnsOf(exactness: Exactness | undefined): Iterable<readonly [string, ColumnExactness]> {
  return exactness === undefined || exactness === "bytes" || "unchecked" in exactness ? [] : exactness.columns;
}

/** The columns of an out that is a table, or a folder with tables; undefined where it is absent, or not as recorded. */
async function columnsIn(
  { path }: Out,
  recorded: string | undefined,
  digests: Digests,
): Promise<readonly string[] | undefined> {
  const found = await digests.digest(path);
  if (found === undefined || (recorded !== undefined && found.sha256 !== recorded)) return undefined;
  const files = found.kind === "file" ? [path] : found.files.map((file) => join(path, file.path));
  const tables = await Promise.all(
    files.filter((file) => file.endsWith(".csv")).map((file) => Deno.readTextFile(file)),
  );
  return tables.flatMap(columnNames);
}
