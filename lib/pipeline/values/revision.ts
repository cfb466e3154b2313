import { basename, dirname, join } from "node:path";

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
    const objects = await git(folder, ["cat-file", "--batch"], names.map((name) => `${revision}:./${name}\n`).join(""));
    let at = 0;
    for (const name of names) {
      const line = objects.indexOf(10, at);
      const size = Number(new TextDecoder().decode(objects.subarray(at, line)).split(" ").at(-1));
      const content = objects.subarray(line + 1, line + 1 + size);
      await Deno.mkdir(dirname(join(copy, name)), { recursive: true });
      await Deno.writeFile(join(copy, name), content);
      at = line + size + 2;
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

async function git(folder: string, args: readonly string[], input = ""): Promise<Uint8Array<ArrayBuffer>> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("git", { args: ["-C", folder, ...args], stdin: "piped", stdout: "piped", stderr: "piped" })
      .spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error("there is no git, which reads revisions; install it");
    throw error;
  }
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const { success, stdout, stderr } = await child.output();
  await fed.catch(() => {});
  if (!success) {
    throw new Error(`git cannot read the revision: ${new TextDecoder().decode(stderr).trim().split("\n")[0]}`);
  }
  return stdout;
}
