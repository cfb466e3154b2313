/**
 * What a git command writes to its standard output.
 *
 * @param folder absolute folder in which it runs
 * @param input what it gets on its standard input
 * @throws {Error} where there is no git, or it fails; the message is a sentence
 */
export async function git(folder: string, args: readonly string[], input = ""): Promise<Uint8Array<ArrayBuffer>> {
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

/**
 * The contents of objects.
 *
 * @param names such as `HEAD:./pipeline.lock`, or ids; all have to be there
 */
export async function readObjects(folder: string, names: readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const output = await git(folder, ["cat-file", "--batch"], names.map((name) => `${name}\n`).join(""));
  let at = 0;
  return names.map(() => {
    const line = output.indexOf(10, at);
    const size = Number(new TextDecoder().decode(output.subarray(at, line)).split(" ").at(-1));
    at = line + size + 2;
    return output.subarray(line + 1, line + 1 + size);
  });
}
