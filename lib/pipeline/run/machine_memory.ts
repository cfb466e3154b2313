/**
 * Bytes of memory that this machine has, or that the control groups of Linux leave to this process of them (a container's limit,
 * a job's of a scheduler).
 *
 * @param root where `/proc` and `/sys` are found, for tests
 */
export function machineMemory(root: string = ""): number {
  return Math.min(Deno.systemMemoryInfo().total, ...limits(root));
}

/** The limits of this process's group and of those around it; https://docs.kernel.org/admin-guide/cgroup-v2.html, and v1. */
function limits(root: string): number[] {
  return (read(`${root}/proc/self/cgroup`) ?? "").split("\n").flatMap((line) => {
    // `hierarchy:controllers:path`; that of version 2 names no controllers.
    const [, controllers, ...path] = line.split(":");
    const [mount, file] = controllers === ""
      ? ["/sys/fs/cgroup", "memory.max"]
      : controllers?.split(",").includes("memory")
      ? ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"]
      : [];
    if (mount === undefined) return [];
    const names = path.join(":").split("/").filter((name) => name !== "");
    // Within a container the path may be that of the host, of which only the root is mounted.
    const groups = Array.from({ length: names.length + 1 }, (_, depth) => names.slice(0, depth).join("/"));
    return groups.flatMap((group) => {
      const limit = Number.parseInt(read(`${root}${mount}/${group}/${file}`) ?? "", 10);
      return limit > 0 ? [limit] : [];
    });
  });
}

/** A file's text; undefined where it cannot be read. */
function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
