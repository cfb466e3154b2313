import { readdirSync, readFileSync } from "node:fs";

/** The environment variable by which the processes of a run of a stage are known, to the engine that comes after a killed one. */
export const runMark = "PIPELINE_STAGE_RUN";

/**
 * Kills the processes that a killed engine left running a stage, children included, and waits for their end. They are known
 * by their environment, which they have from their first moment on: an id written down after the start could be missed.
 * Where the system has no /proc (macOS), none is found.
 *
 * @param mark what {@linkcode runMark} held
 */
export async function endOrphans(mark: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const orphans = processesOf(mark);
    if (orphans.length === 0) return;
    for (const id of orphans) {
      try {
        Deno.kill(id, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    await new Promise((proceed) => setTimeout(proceed, 20));
  }
}

function processesOf(mark: string): number[] {
  return idsOfProcesses().filter((id) => {
    try {
      return readFileSync(`/proc/${id}/environ`, "utf8").split("\0").includes(`${runMark}=${mark}`);
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}

function idsOfProcesses(): number[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
}
