import { basename, dirname, join } from "node:path";
import { git, readObjects } from "../git.ts";

/** Files from which pipelines, params and metrics are read. */
const READ = /\.(ya?ml|json|toml|py|dvc|lock)$|(^|\/)\.dvcignore$|^\.dvc\/config$/;

/** A folder as a git revision has it, in a temporary folder. */
export interface RevisionFolder extends Disposable {
  /** Absolute. */
  readonly folder: string;
}

/**
 * Writes what a git revision has of a folder into a temporary one: the files from which pipelines, params and metrics are
 * read, and no others.
 *
 * @param folder absolute
 * @throws {Error} where the folder is in no repository, or the revision is not known; the message is a sentence
 */
export async function openRevision(folder: string, revision: string): Promise<RevisionFolder> {
  const listed = await git(folder, ["ls-tree", "-r", "-z", "--name-only", "--end-of-options", revision]);
  const names = new TextDecoder().decode(listed).split("\0").filter((name) => READ.test(name));
  const copy = await Deno.realPath(await Deno.makeTempDir({ prefix: "revision-" }));
  const opened = { folder: copy, [Symbol.dispose]: () => Deno.removeSync(copy, { recursive: true }) };
  try {
    const contents = await readObjects(folder, names.map((name) => `${revision}:./${name}`));
    for (const [position, name] of names.entries()) {
      await Deno.mkdir(dirname(join(copy, name)), { recursive: true });
      await Deno.writeFile(join(copy, name), contents[position]!);
    }
    return opened;
  } catch (error) {
    opened[Symbol.dispose]();
    throw error;
  }
}

/**
 * The text of a file as a git revision has it; undefined where the revision has no such file.
 *
 * @param path absolute
 * @throws {Error} where the file is in no repository, or the revision is not known; the message is a sentence
 */
export async function readAtRevision(path: string, revision: string): Promise<string | undefined> {
  const [folder, name] = [dirname(path), basename(path)];
  const listed = await git(folder, ["ls-tree", "-z", "--name-only", "--end-of-options", revision, name]);
  if (listed.length === 0) return undefined;
  return new TextDecoder().decode(await git(folder, ["show", "--end-of-options", `${revision}:./${name}`]));
}
