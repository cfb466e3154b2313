import type { Dep, Out } from "../file/pipeline.ts";
import { Glob } from "../glob.ts";
import type { PathTrie } from "./path_trie.ts";

/** The outs that a dep reads, by path: those that equal it, hold it or lie inside it, and may match its pattern. */
export function* readOuts<T extends { readonly out: Out }>(
  outs: PathTrie<T>,
  { path, glob: pattern }: Dep,
): Generator<T> {
  const glob = pattern === undefined ? undefined : new Glob(pattern);
  for (const filed of outs.related(path)) {
    const below = filed.out.path;
    // Of what lies below the folder of a pattern, what it may match or find inside.
    if (glob !== undefined && below.startsWith(`${path}/`) && !glob.reaches(below.slice(path.length + 1))) continue;
    yield filed;
  }
}
