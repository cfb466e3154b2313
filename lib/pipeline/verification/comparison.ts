import { existsSync } from "node:fs";
import type { Exactness, NumberExactness, Unchecked } from "../file/exactness.ts";
import type { Out, Stage } from "../file/pipeline.ts";
import type { Digests } from "../store/digests.ts";
import type { Lock } from "../store/lock.ts";
import type { Difference } from "./difference.ts";
import { rowsOf } from "../values/rows.ts";
import { outDifferences } from "./out_difference.ts";
import { tableDeviations } from "./table_deviation.ts";
import type { Scratch } from "./scratch.ts";

/** How re-executed stages compare with the tree. */
export interface Comparison {
  /** How many outs were compared. */
  readonly compared: number;
  /** Of these, outs that the tree lacks: the lock's digests stood in for them. */
  readonly byDigest: readonly string[];
  /** Outs that the tree lacks and that came out otherwise than the lock's digest, which does not tell how far. */
  readonly absent: readonly string[];
  /** Outs that came out otherwise and need not be the same, and why. */
  readonly unchecked: readonly { readonly path: string; readonly reason: string }[];
  /** Stages whose deps came out otherwise, so that `diverged` was asked of their outs. */
  readonly diverged: readonly string[];
  /** Tables of which a beginning came out, as was asked for, and so many rows of it. */
  readonly beginnings: readonly { readonly path: string; readonly rows: number }[];
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
  /** Names of stages that ran with another value, under which they end sooner: their tables are compared as far as they go. */
  readonly begun?: ReadonlySet<string>;
}

/**
 * Compares the outs of stages that ran in a copy with those in the tree, each as exactly as its stage asks.
 *
 * @throws {StoreError} where one cannot be read
 */
export async function compareOuts(stages: readonly Stage[], trees: ComparedTrees): Promise<Comparison> {
  const [byDigest, absent]: [string[], string[]] = [[], []];
  const unchecked: { path: string; reason: string }[] = [];
  const diverged: string[] = [];
  const differences: Difference[] = [];
  const beginnings: { path: string; rows: number }[] = [];
  let compared = 0;
  for (const stage of stages) {
    if (trees.begun?.has(stage.name)) {
      for (const out of stage.outs.filter(({ path }) => path.endsWith(".csv"))) {
        const found = await compareBeginning(out, trees);
        if (found === undefined) absent.push(out.relative);
        else {
          beginnings.push({ path: out.relative, rows: found.rows });
          differences.push(...found.differences);
        }
      }
      continue;
    }
    const isDiverged = await hasDiverged(stage, trees);
    if (isDiverged) diverged.push(stage.name);
    for (const out of stage.outs) {
      const { relative, verify = "bytes", diverged: loose = verify } = out;
      const found = await compareOut(stage, out, isDiverged ? loose : verify, trees);
      if (found === "absent") absent.push(relative);
      else if ("unchecked" in found) unchecked.push({ path: relative, reason: found.unchecked });
      else {
        compared++;
        differences.push(...found.differences);
        if (found.isByDigest) byDigest.push(relative);
      }
    }
  }
  return { compared, byDigest, absent, unchecked, diverged, beginnings, differences };
}

async function compareOut(
  { name }: Stage,
  { path, relative }: Out,
  exactness: Exactness,
  { lock, scratch, digests }: ComparedTrees,
): Promise<"absent" | Unchecked | { readonly differences: readonly Difference[]; readonly isByDigest: boolean }> {
  const [here, again] = [await digests.digest(path), await digests.digest(scratch.path(path))];
  const recorded = lock.stages.get(name)?.outs.find((out) => out.path === relative);
  const sha256 = here?.sha256 ?? recorded?.sha256;
  const isSame = sha256 === again?.sha256;
  if (sha256 === undefined || (here === undefined && !isSame && isTolerance(exactness))) return "absent";
  if (isSame) return { differences: [], isByDigest: here === undefined };
  if (exactness !== "bytes" && "unchecked" in exactness) return exactness;
  if (here !== undefined) {
    const pair = { relative, here: path, again: scratch.path(path) };
    return { differences: await outDifferences(pair, exactness, digests), isByDigest: false };
  }
  const short = (digest: string | undefined): string => digest?.slice(0, 12) ?? "nothing";
  const difference = { path: relative, place: "sha256 in the lock", here: short(sha256), again: short(again?.sha256) };
  return { differences: [difference], isByDigest: true };
}

/** How the first rows of a table differ; undefined where the tree lacks it, or it is not to be compared. */
async function compareBeginning(
  { path, relative, verify = "bytes" }: Out,
  { scratch }: ComparedTrees,
): Promise<{ readonly rows: number; readonly differences: readonly Difference[] } | undefined> {
  if (!existsSync(path) || (verify !== "bytes" && "unchecked" in verify)) return undefined;
  const [here, again] = await Promise.all([path, scratch.path(path)].map((file) => Deno.readTextFile(file)));
  const exactness = verify === "bytes" ? EXACTLY : verify;
  const deviations = tableDeviations(here!, again!, exactness, "beginning");
  const rows = rowsOf(again!).length - 1;
  return { rows, differences: deviations.map((deviation) => ({ path: relative, ...deviation })) };
}

/** Numbers have to be the same. */
const EXACTLY: NumberExactness = { relative: 0, absolute: 0, decades: 0, columns: new Map() };

function isTolerance(exactness: Exactness): boolean {
  return exactness !== "bytes" && !("unchecked" in exactness);
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
