import type { Difference } from "../verification/difference.ts";
import type { LockCheck } from "../verification/lock_check.ts";
import { countText, numberText } from "./quantity.ts";
import { reasonText } from "./reason_text.ts";
import type { Style } from "./style.ts";

/** Differences of one file that are shown. */
const MOST = 5;
/** Files of one folder, and reasons of one stage, that are shown. */
const MOST_NAMES = 10;

/** What was found of the tree and the lock, a line each. */
export function lockCheckLines({ stale, altered, absent, matching }: LockCheck, style: Style): string[] {
  return [
    ...stale.flatMap(({ stage, reasons }) => [
      `${style.bad("The lock is stale")}: ${stage} was not run as it is now`,
      ...cut(reasons.map((reason) => `  ${reasonText(reason)}`), MOST_NAMES),
    ]),
    ...altered.flatMap(({ stage, path, files }) => [
      `${style.bad(path)} differs from the lock: it is not what ${stage} left`,
      ...cut(files.map((file) => `  ${path}/${file}`), MOST_NAMES),
    ]),
    ...absent.map((path) => style.dim(`${path} is absent, so it was not compared`)),
    `${countText(matching, "out")} as the lock records, ${altered.length} not, ${absent.length} absent`,
  ];
}

/** What differs, where and by how much, a line each; of each file the worst. */
export function differenceLines(differences: readonly Difference[], style: Style): string[] {
  return [...Map.groupBy(differences, ({ path }) => path)].flatMap(([path, found]) => {
    const worst = found.toSorted((one, other) => (other.relative ?? Infinity) - (one.relative ?? Infinity) || 0);
    return [
      `${style.bad(path)} does not come out again`,
      ...cut(worst.map((difference) => `  ${deviationText(difference)}`), MOST),
    ];
  });
}

function deviationText({ place, here, again, relative }: Difference): string {
  const distance = relative === undefined ? "" : ` (relative difference ${numberText(relative)})`;
  return `${place === undefined ? "" : `${place}: `}${here} here, ${again} re-executed${distance}`;
}

function cut(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `  and ${lines.length - most} more`];
}
