import { join } from "node:path";
import type { NumberExactness } from "../file/exactness.ts";
import type { Digests } from "../store/digests.ts";
import type { PathDigest } from "../store/path_digest.ts";
import { byteDeviations } from "./byte_deviation.ts";
import type { Deviation, Difference } from "./difference.ts";
import { jsonDeviations } from "./json_deviation.ts";
import { tableDeviations } from "./table_deviation.ts";

/** An out that stands in two places. */
export interface OutPair {
  /** Relative to the pipeline's folder. */
  readonly relative: string;
  /** Absolute path in the tree. */
  readonly here: string;
  /** Absolute path of what was computed again. */
  readonly again: string;
}

/**
 * How an out that was computed again differs from the one in the tree. Numbers in `.csv` and `.json` files may differ by
 * the tolerance, everything else by nothing.
 *
 * @throws {StoreError} where one of the two cannot be read
 */
export async function outDifferences(
  { relative, here, again }: OutPair,
  exactness: "bytes" | NumberExactness,
  digests: Digests,
): Promise<Difference[]> {
  const [one, other] = [await digests.digest(here), await digests.digest(again)];
  if (one === undefined || other === undefined || one.kind !== other.kind) {
    return [{ path: relative, here: kindText(one), again: kindText(other) }];
  }
  if (one.sha256 === other.sha256) return [];
  const [files, others] = [filesOf(one), filesOf(other)];
  const differences: Difference[] = [];
  for (const file of [...new Set([...files.keys(), ...others.keys()])].sort()) {
    const [sha256, otherSha256] = [files.get(file), others.get(file)];
    if (sha256 === otherSha256) continue;
    const path = file === "" ? relative : `${relative}/${file}`;
    if (sha256 === undefined || otherSha256 === undefined) {
      const text = (digest: string | undefined): string => digest === undefined ? "nothing" : "a file";
      differences.push({ path, here: text(sha256), again: text(otherSha256) });
      continue;
    }
    const contents = await Promise.all([join(here, file), join(again, file)].map((path) => Deno.readFile(path)));
    const deviations = fileDeviations(path, contents[0]!, contents[1]!, exactness);
    differences.push(...deviations.map((deviation) => ({ path, ...deviation })));
  }
  return differences;
}

function fileDeviations(
  path: string,
  here: Uint8Array,
  again: Uint8Array,
  exactness: "bytes" | NumberExactness,
): Deviation[] {
  if (exactness === "bytes") return byteDeviations(here, again);
  const [text, other] = [here, again].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  if (path.endsWith(".csv")) return tableDeviations(text, other, exactness);
  if (path.endsWith(".json")) {
    try {
      return jsonDeviations(JSON.parse(text), JSON.parse(other), exactness);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return byteDeviations(here, again);
}

/** Digests by path inside the out; `""` for the out itself. */
function filesOf(digest: PathDigest): Map<string, string> {
  return new Map(
    digest.kind === "file" ? [["", digest.sha256]] : digest.files.map(({ path, sha256 }) => [path, sha256]),
  );
}

function kindText(digest: PathDigest | undefined): string {
  return digest === undefined ? "nothing" : digest.kind === "file" ? "a file" : "a folder";
}
