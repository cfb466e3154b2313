import assert from "node:assert/strict";
import { dirname } from "node:path";
import { machineMemory } from "../../../lib/pipeline/run/machine_memory.ts";

/** What `machineMemory()` makes of files of `/proc` and `/sys`. */
async function memoryOf(files: Readonly<Record<string, string>>): Promise<number> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(dirname(`${root}${path}`), { recursive: true });
      await Deno.writeTextFile(`${root}${path}`, text);
    }
    return machineMemory(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const whole = Deno.systemMemoryInfo().total;

Deno.test("machineMemory() is the machine's where no group has a limit", async () => {
  assert.equal(await memoryOf({}), whole);
  assert.equal(await memoryOf({ "/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/memory.max": "max\n" }), whole);
});

Deno.test("machineMemory() is the least limit of the process's group and those around it", async () => {
  const files = {
    "/proc/self/cgroup": "0::/user/job\n",
    "/sys/fs/cgroup/user/memory.max": "2000000\n",
    "/sys/fs/cgroup/user/job/memory.max": "3000000\n",
    "/sys/fs/cgroup/other/memory.max": "1000000\n",
  };
  assert.equal(await memoryOf(files), 2_000_000);
});

Deno.test("machineMemory() finds a container's limit at the root of what is mounted", async () => {
  const files = { "/proc/self/cgroup": "0::/host/path/of/it\n", "/sys/fs/cgroup/memory.max": "2000000\n" };
  assert.equal(await memoryOf(files), 2_000_000);
});

Deno.test("machineMemory() knows the first version of control groups, whose lack of a limit is a huge one", async () => {
  const cgroup = "5:cpu,cpuacct:/job\n4:memory:/job\n0::/\n";
  const limit = "/sys/fs/cgroup/memory/job/memory.limit_in_bytes";
  assert.equal(await memoryOf({ "/proc/self/cgroup": cgroup, [limit]: "5000000\n" }), 5_000_000);
  assert.equal(await memoryOf({ "/proc/self/cgroup": cgroup, [limit]: "9223372036854771712\n" }), whole);
});
