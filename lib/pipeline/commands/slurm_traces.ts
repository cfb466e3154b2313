import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../store/workspace.ts";

/** Whether a workspace ever had Slurm jobs: where not, what knows of Slurm need not be loaded. */
export function hasSlurmTraces({ folder }: Workspace): boolean {
  return existsSync(join(folder, "slurm"));
}
