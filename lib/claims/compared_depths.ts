import { depthText } from "../figures/study/depth_verdict.ts";
import type { Evidence } from "./claim.ts";
import type { Run } from "./run.ts";

/**
 * What the effective depths of networks are to be seen beside: those of the same networks before training, and of such as have
 * nothing to learn but noise. What was not measured is left out.
 */
export function comparedDepths(runs: readonly Run[], definition: "cdnv" | "ncc"): Evidence {
  const untrained = runs.filter((run) => run.untrainedDepth[definition] !== undefined);
  const shuffled = runs.filter((run) => run.shuffledDepth[definition] !== undefined);
  const depths = (list: readonly Run[]) => list.map(({ identity }) => identity.depth);
  return {
    ...untrained.length === 0 ? {} : {
      untrained_depths: depths(untrained),
      untrained_effective_depths: untrained.map((run) => run.untrainedDepth[definition]!),
    },
    ...shuffled.length === 0 ? {} : {
      shuffled_depths: depths(shuffled),
      shuffled_effective_depths: shuffled.map((run) => run.shuffledDepth[definition]!),
    },
  };
}

/** " (untrained 0, on shuffled labels 6)", of what was measured; may be empty. */
export function comparedText({ untrainedDepth, shuffledDepth }: Run, definition: "cdnv" | "ncc"): string {
  const parts = [
    ...untrainedDepth[definition] === undefined ? [] : [`untrained ${depthText([untrainedDepth[definition]])}`],
    ...shuffledDepth[definition] === undefined ? [] : [`on shuffled labels ${depthText([shuffledDepth[definition]])}`],
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
