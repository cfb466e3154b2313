/**
 * Which of some paths git ignores in a repository; none where there is no repository, or no git.
 *
 * @param paths absolute; one that ends with `/` is taken for a folder, whether it is there or not
 * @param root absolute folder of the project
 */
export async function gitIgnored(paths: readonly string[], root: string): Promise<ReadonlySet<string>> {
  if (paths.length === 0) return new Set();
  try {
    const git = new Deno.Command("git", {
      args: ["check-ignore", "--stdin", "-z"],
      cwd: root,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = git.output();
    const input = git.stdin.getWriter();
    // It ends before it has read where there is no repository.
    await input.write(new TextEncoder().encode(paths.join("\0"))).then(() => input.close()).catch(() => {});
    return new Set(new TextDecoder().decode((await output).stdout).split("\0"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Set();
    throw error;
  }
}
