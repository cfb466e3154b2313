import { bytesText, countText } from "./quantity.ts";

/** Paths that are named; those beyond are counted. */
const MOST = 3;

/** A stage and those of its outs that are not here. */
export interface Absence {
  /** The stage's name. */
  readonly stage: string;
  /** Outs that are neither on disk nor in the cache; none where all are. Relative to the pipeline's folder; sizes in bytes. */
  readonly outs: readonly { readonly path: string; readonly size: number }[];
}

/**
 * What is absent, and how to get it, a line each; none where nothing is.
 *
 * @param command what makes stages, or brings their outs, up to their names, as it can be typed
 * @param isBrought whether outs are left where remotes have them; else they are those that git does not keep
 */
export function absenceLines(absences: readonly Absence[], command: string, isBrought = false): string[] {
  const outs = absences.flatMap(({ outs }) => outs);
  if (outs.length === 0) return [];
  const [is, them] = outs.length === 1 ? ["is", "it"] : ["are", "them"];
  const size = bytesText(outs.reduce((sum, { size }) => sum + size, 0));
  const named = outs.slice(0, MOST).map(({ path }) => path);
  const rest = outs.length - named.length;
  // A group of stages is named as such: `train` for `train@2` and `train@4`.
  const makers = absences.filter(({ outs }) => outs.length > 0);
  const groups = [...new Set(makers.map(({ stage }) => stage.replace(/@.*/s, "")))];
  return [
    `${countText(outs.length, "out")} (${size}) ${is} absent: ${
      isBrought ? "" : `git does not keep ${them}, and `
    }nothing that has to run reads ${them}`,
    `  ${named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`,
    `  to ${isBrought ? `have ${them} from a remote` : `make ${them} anew`}: ${command} ${groups.join(" ")}`,
  ];
}
