import { type Distance, share } from "../verification/agreement.ts";
import type { Comparison } from "../verification/comparison.ts";
import type { Difference } from "../verification/difference.ts";
import type { LockCheck } from "../verification/lock_check.ts";
import { countText, numberText } from "./quantity.ts";
import { reasonText } from "../plan/reason_text.ts";
import type { Style } from "./style.ts";

/** Differences of one file that are shown. */
const MOST = 5;
/** Files of one folder, and reasons of one stage, that are shown. */
const MOST_NAMES = 10;

/** What was found of the tree and the lock, a line each. */
export function lockCheckLines(check: LockCheck, style: Style): string[] {
  const { stale, unknown, altered, absent, matching } = check;
  return [
    ...(unknown.length > 0
      ? [
        `${countText(unknown.length, "stage")} not run yet, so that nothing of ${
          unknown.length === 1 ? "it" : "them"
        } is verified`,
        ...cut(unknown.map((stage) => `  ${stage}`), MOST),
      ]
      : []),
    ...stale.flatMap(({ stage, reasons }) => [
      `${style.bad("The lock is stale")}: ${stage} was not run as it is now`,
      ...cut(reasons.map((reason) => `  ${reasonText(reason)}`), MOST_NAMES),
    ]),
    ...altered.flatMap(({ stage, path, files }) => [
      `${style.bad(path)} differs from the lock: it is not what ${stage} left`,
      ...cut(files.map((file) => `  ${path}/${file}`), MOST_NAMES),
    ]),
    ...cut(absent.map((path) => style.dim(`${path} is absent, so it was not compared`)), MOST),
    `${countText(matching, "out")} as the lock records, ${altered.length} not, ${absent.length} absent`,
  ];
}

/**
 * How re-executed outs compare with the tree, a line each.
 *
 * @param failed stages that gave no result
 */
export function comparisonLines(comparison: Comparison, failed: number, style: Style): string[] {
  const { compared, byDigest, absent, unchecked, diverged, beginnings, differences } = comparison;
  const reasons = Map.groupBy(unchecked, ({ reason }) => reason);
  const counts = [
    `${countText(compared, "out")} compared`,
    ...(unchecked.length > 0 ? [`${unchecked.length} different and unchecked`] : []),
    countText(differences.length, "difference"),
    ...(failed > 0 ? [`${countText(failed, "stage")} without a result`] : []),
  ];
  return [
    ...beginnings.map(({ path, rows }) => `${path}: its first ${countText(rows, "row")} compared`),
    ...(byDigest.length > 0 ? [style.dim(`Absent, so compared with the lock's digests: ${byDigest.join(", ")}`)] : []),
    ...absent.map((path) => style.dim(`${path} is absent, so it was not compared`)),
    ...(diverged.length > 0
      ? [style.dim(`Compared as diverged, since what they read came out otherwise: ${diverged.join(", ")}`)]
      : []),
    ...[...reasons].map(([reason, outs]) =>
      style.dim(`Different, and not compared (${reason}): ${outs.map(({ path }) => path).join(", ")}`)
    ),
    ...differenceLines(differences, style),
    counts.join(", "),
  ];
}

/** What differs, where and by how much, a line each; of each file the worst. */
function differenceLines(differences: readonly Difference[], style: Style): string[] {
  return [...Map.groupBy(differences, ({ path }) => path)].flatMap(([path, found]) => {
    const worst = found.toSorted(worseFirst);
    return [
      `${style.bad(path)} does not come out again`,
      ...cut(worst.map((difference) => `  ${deviationText(difference)}`), MOST),
    ];
  });
}

/** By the share of what is allowed, and where nothing is, by the distance; what is no number differs wholly. */
function worseFirst({ distance: one }: Difference, { distance: other }: Difference): number {
  const size = (measure: (distance: Distance) => number): number =>
    (other === undefined ? Infinity : measure(other)) - (one === undefined ? Infinity : measure(one));
  return size(share) || size(({ value }) => value) || 0;
}

function deviationText({ place, here, again, distance }: Difference): string {
  const apart = distance === undefined ? "" : ` (${distanceText(distance)})`;
  return `${place === undefined ? "" : `${place}: `}${here} here, ${again} re-executed${apart}`;
}

function distanceText({ measure, value, allowed }: Distance): string {
  const distance = measure === "decades"
    ? `${numberText(value)} decades apart`
    : `${measure} difference ${numberText(value)}`;
  return allowed === 0 ? distance : `${distance}, at most ${numberText(allowed)}`;
}

function cut(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `  and ${lines.length - most} more`];
}
