import type { Stage } from "../file/pipeline.ts";
import type { Digests } from "../store/digests.ts";
import type { Lock } from "../store/lock.ts";
import type { Difference } from "./difference.ts";
import { outDifferences } from "./out_difference.ts";
import type { Scratch } from "./scratch.ts";

/** How re-executed stages compare with the tree. */
export interface Comparison {
  /** How many outs were compared. */
  readonly compared: number;
  /** Outs that the tree lacks. */
  readonly absent: readonly string[];
  /** Outs that came out otherwise and need not be the same, and why. */
  readonly unchecked: readonly { readonly path: string; readonly reason: string }[];
  /** Stages whose deps came out otherwise, so that `diverged` was asked of their outs. */
  readonly diverged: readonly string[];
  /** What is beyond the tolerances. */
  readonly differences: readonly Difference[];
}

/** Where the two sides of a comparison are. */
export interface ComparedTrees {
  /** What was run, as the tree has it. */
  readonly lock: Lock;
  /** The copy in which the stages ran. */
  readonly scratch: Scratch;
  /** Digests of both. */
  readonly digests: Digests;
}

/**
 * Compares the outs of stages that ran in a copy with those in the tree, each as exactly as its stage asks.
 *
 * @throws {StoreError} where one cannot be read
 */
export async function compareOuts(stages: readonly Stage[], trees: ComparedTrees): Promise<Comparison> {
  const { scratch, digests } = trees;
  const absent: string[] = [];
  const unchecked: { path: string; reason: string }[] = [];
  const diverged: string[] = [];
  const differences: Difference[] = [];
  let compared = 0;
  for (const stage of stages) {
    const isDiverged = await hasDiverged(stage, trees);
    if (isDiverged) diverged.push(stage.name);
    for (const { path, relative, verify = "bytes", diverged: loose = verify } of stage.outs) {
      const exactness = isDiverged ? loose : verify;
      const [here, again] = [await digests.digest(path), await digests.digest(scratch.path(path))];
      if (here === undefined) absent.push(relative);
      else if (exactness !== "bytes" && "unchecked" in exactness && here.sha256 !== again?.sha256) {
        unchecked.push({ path: relative, reason: exactness.unchecked });
      } else {
        const strict = exactness === "bytes" || "unchecked" in exactness ? "bytes" : exactness;
        differences.push(...await outDifferences({ relative, here: path, again: scratch.path(path) }, strict, digests));
        compared++;
      }
    }
  }
  return { compared, absent, unchecked, diverged, differences };
}

/** Whether a dep in the copy is not what the stage read when its outs were made. */
async function hasDiverged({ name, deps }: Stage, { lock, scratch, digests }: ComparedTrees): Promise<boolean> {
  const recorded = new Map(lock.stages.get(name)?.deps.map(({ path, sha256 }) => [path, sha256]));
  for (const { path, relative } of deps) {
    const sha256 = recorded.get(relative);
    if (sha256 !== undefined && (await digests.digest(scratch.path(path)))?.sha256 !== sha256) return true;
  }
  return false;
}
