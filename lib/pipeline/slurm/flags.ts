import type { Resources } from "../file/pipeline.ts";

/** Seconds of a job besides those of its stage: for the start of Deno, and for an end in good order. */
const MARGIN = 60;

/**
 * What `sbatch` is told of a stage's resources. What is not stated is left to the cluster's defaults. The job's limit lies
 * above that of the stage, which the job holds itself, to the second, so that the stage can end in good order.
 */
export function resourceFlags({ cpus, gpus, memory, time, partition, account, qos, constraint }: Resources): string[] {
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ["cpus-per-task", Math.ceil(cpus)],
    ["gres", gpus > 0 ? `gpu:${gpus}` : undefined],
    // In units of 1024 bytes.
    ["mem", memory > 0 ? `${Math.ceil(memory / 1024)}K` : undefined],
    ["time", time > 0 ? Math.ceil((time + MARGIN) / 60) : undefined],
    ["partition", partition],
    ["account", account],
    ["qos", qos],
    ["constraint", constraint],
  ];
  return [
    "--nodes=1",
    "--ntasks=1",
    ...flags.flatMap(([name, value]) => value === undefined ? [] : [`--${name}=${value}`]),
  ];
}
