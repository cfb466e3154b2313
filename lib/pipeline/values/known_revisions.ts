import { git } from "../git.ts";

/** Which revisions of a repository are meant. */
export interface RevisionScope {
  /** The branches of the repository itself. */
  readonly allBranches: boolean;
  /** The tags. */
  readonly allTags: boolean;
  /** All that branches, here and elsewhere, and tags lead to; the others are then not looked at. */
  readonly allCommits: boolean;
}

/**
 * The revisions of the repository that a folder lies in, by commit, in the order in which DVC shows them: branches by name,
 * then tags; all commits from the newest on, by their ids. What is called several names has them in one text, with commas.
 *
 * @param folder absolute
 * @throws {Error} where the folder is in no repository; the message is a sentence
 */
export async function revisionsIn(
  folder: string,
  { allBranches, allTags, allCommits }: RevisionScope,
): Promise<ReadonlyMap<string, string>> {
  if (allCommits) {
    const commits = await lines(folder, ["rev-list", "--date-order", "HEAD", "--branches", "--remotes", "--tags"]);
    return new Map(commits.map((commit) => [commit, commit]));
  }
  const format = "--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname:lstrip=2)";
  const named = [
    ...allBranches ? await lines(folder, ["for-each-ref", format, "refs/heads"]) : [],
    ...allTags ? await lines(folder, ["for-each-ref", format, "refs/tags"]) : [],
  ];
  const names = new Map<string, string>();
  for (const line of named) {
    const [commit, name] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
    const before = names.get(commit);
    names.set(commit, before === undefined ? name : `${before},${name}`);
  }
  return names;
}

/** The branch that is checked out; undefined: none is. */
export async function currentBranch(folder: string): Promise<string | undefined> {
  return await lines(folder, ["symbolic-ref", "--short", "HEAD"]).then(([name]) => name, () => undefined);
}

async function lines(folder: string, args: readonly string[]): Promise<string[]> {
  return new TextDecoder().decode(await git(folder, args)).split("\n").filter((line) => line !== "");
}
