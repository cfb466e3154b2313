import type { Source } from "../diagnostic.ts";
import { git, readObjects } from "../git.ts";
import { isLock } from "../store/lock_search.ts";

/** Where git keeps what it does not forget: branches, here and elsewhere, tags, and what was stashed. */
const NAMED = ["refs/heads", "refs/remotes", "refs/tags", "refs/stash"];

/** The branches and tags of the repository that a folder lies in, and its `HEAD`. */
export async function branchesAndTags(folder: string): Promise<string[]> {
  const names = text(await git(folder, ["for-each-ref", "--format=%(refname)", ...NAMED])).split("\n");
  const head = await git(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]).then(() => ["HEAD"], () => []);
  return [...head, ...names.filter((name) => name !== "")];
}

/**
 * The locks that revisions have below a folder; the same text comes once.
 *
 * @throws {Error} where a revision is not known; the message is a sentence
 */
export async function locksAt(folder: string, revisions: readonly string[]): Promise<Source[]> {
  const places = new Map<string, string>();
  for (const revision of revisions) {
    const listed = text(await git(folder, ["ls-tree", "-r", "-z", "--end-of-options", revision]));
    for (const line of listed.split("\0")) {
      // `100644 blob <id>\t<path>`
      const [, id, path] = /^\d+ blob (\w+)\t(.*\.lock)$/s.exec(line) ?? [];
      if (id !== undefined && !places.has(id)) places.set(id, `${path} at ${revision.replace(/^refs\/\w+\//, "")}`);
    }
  }
  const contents = await readObjects(folder, [...places.keys()]);
  return [...places.values()]
    .map((place, position) => ({ place, path: place.replace(/ at .*$/s, ""), text: text(contents[position]!) }))
    .filter(isLock)
    .map(({ place, text }) => ({ path: place, text }));
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
