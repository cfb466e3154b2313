import type { Dep, Out } from "../file/pipeline.ts";
import { Glob } from "../glob.ts";
import { isWithin } from "../path.ts";
import type { PathTrie } from "./path_trie.ts";

/** Tells of an absolute path whether a dep reads an out there: one that equals or holds the dep, or lies inside it and may match its pattern. */
export function readBy({ path, glob: pattern }: Pick<Dep, "path" | "glob">): (out: string) => boolean {
  const glob = pattern === undefined ? undefined : new Glob(pattern);
  return (out) => isWithin(path, out) || (isWithin(out, path) && (glob?.reaches(out.slice(path.length + 1)) ?? true));
}

/** The outs that a dep reads, whole or in part. */
export function* readOuts<T extends { readonly out: Out }>(outs: PathTrie<T>, dep: Dep): Generator<T> {
  const isRead = readBy(dep);
  for (const filed of outs.related(dep.path)) if (isRead(filed.out.path)) yield filed;
}
