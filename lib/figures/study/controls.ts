import type { Identity } from "./network.ts";
import type { Study } from "./study.ts";

/** Whether a network learned nothing but noise, each of its labels being replaced. */
export function isShuffled({ labelNoise }: Pick<Identity, "labelNoise">): boolean {
  return labelNoise === 1;
}

/**
 * A study without the networks of shuffled labels that it has for comparison alone, as figures show it: beside networks of true
 * labels they would only stretch the axes. Where label noise is what the study varies, in shares between, all stay. The
 * effective depths over thresholds keep those rows, which are drawn beside the others'.
 */
export function withoutControls(study: Study): Study {
  const networks = study.networks.filter((network) => !isShuffled(network));
  if (networks.length === 0 || networks.some(({ labelNoise }) => labelNoise > 0)) return study;
  const kept = <T extends Identity>(rows: readonly T[]) => rows.filter((row) => !isShuffled(row));
  const { history, cdnv, depth, probe, pairs, collapse } = study;
  return {
    ...study,
    networks,
    history: kept(history),
    cdnv: kept(cdnv),
    depth: kept(depth),
    probe: kept(probe),
    pairs: kept(pairs),
    collapse: kept(collapse),
  };
}
