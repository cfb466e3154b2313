import { join } from "node:path";
import { type Diagnostic, errorAt } from "../diagnostic.ts";
import type { ColumnExactness, Exactness } from "../file/exactness.ts";
import type { Out, Stage } from "../file/pipeline.ts";
import { nameHints } from "../nearest.ts";
import type { Digests } from "../store/digests.ts";
import { columnNames } from "./table_deviation.ts";

/**
 * Errors for columns that have a tolerance though no table of the outs it is about has them. Where none of these outs is
 * there to be looked at, nothing is compared either.
 *
 * @throws {StoreError} where an out cannot be read
 */
export async function checkColumns(stages: readonly Stage[], digests: Digests): Promise<Diagnostic[]> {
  const uses = new Map<ColumnExactness, { name: string; valid: Set<string>; isThere: boolean }>();
  for (const out of stages.flatMap(({ outs }) => outs)) {
    const asked = [...columnsOf(out.verify), ...columnsOf(out.diverged)];
    const columns = asked.length === 0 ? undefined : await columnsIn(out, digests);
    for (const [name, column] of asked) {
      const use = uses.get(column) ?? { name, valid: new Set(), isThere: false };
      for (const found of columns ?? []) use.valid.add(found);
      uses.set(column, { ...use, isThere: use.isThere || columns !== undefined });
    }
  }
  return [...uses].flatMap(([{ range }, { name, valid, isThere }]) =>
    isThere && !valid.has(name)
      ? [errorAt(range, `No table that this is about has a column ${name}`, ...nameHints(name, [...valid]))]
      : []
  );
}

function columnsOf(exactness: Exactness | undefined): Iterable<readonly [string, ColumnExactness]> {
  return exactness === undefined || exactness === "bytes" || "unchecked" in exactness ? [] : exactness.columns;
}

/** The columns of an out that is a table, or a folder with tables; undefined where it is absent. */
async function columnsIn({ path }: Out, digests: Digests): Promise<readonly string[] | undefined> {
  const found = await digests.digest(path);
  if (found === undefined) return undefined;
  const files = found.kind === "file" ? [path] : found.files.map((file) => join(path, file.path));
  const tables = await Promise.all(
    files.filter((file) => file.endsWith(".csv")).map((file) => Deno.readTextFile(file)),
  );
  return tables.flatMap(columnNames);
}
