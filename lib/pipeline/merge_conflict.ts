import type { Range, Source } from "./diagnostic.ts";

/** Git's marks of a conflict, at the start of a line. */
const MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?: .*)?$/m;

/** Where a text has the first mark of a conflict that a merge by git left; undefined: nowhere. */
export function conflictIn(source: Source): Range | undefined {
  const found = MARK.exec(source.text);
  return found === null ? undefined : { source, start: found.index, end: found.index + found[0].length };
}
