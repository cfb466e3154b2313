import { TestCluster } from "../../tests/pipeline/slurm/test_cluster.ts";
import type { Costs } from "./costs.ts";

/** Tasks of an array that is submitted and listed, and of one that is run. */
const [tasks, quick] = [1000, 100];

/**
 * What Slurm takes, on a cluster of its own on this machine: its controller, two nodes and the clients share the cores, so that
 * a controller with a machine of its own takes less.
 */
export async function slurmCosts(): Promise<
  Pick<Costs, "submit" | "submitTask" | "startJob" | "list" | "listJob">
> {
  await using cluster = await TestCluster.start();
  const seconds = async (program: string, ...args: string[]): Promise<number> => {
    let least = Infinity;
    for (let round = 0; round < 5; round++) {
      const start = performance.now();
      await cluster.ask(program, ...args);
      least = Math.min(least, (performance.now() - start) / 1000);
    }
    return least;
  };
  const list = await seconds("squeue", "-h", "-r", "-o", "%i %T");
  const sbatch = (
    count: number,
    ...flags: string[]
  ) => ["--parsable", `--array=0-${count - 1}`, "-o", "/dev/null", ...flags, "--wrap", "true"];
  const submit = await seconds("sbatch", ...sbatch(1, "--hold"));
  const many = await seconds("sbatch", ...sbatch(tasks, "--hold"));
  const held = (await cluster.ask("squeue", "-h", "-r", "-o", "%i")).trim().split("\n").length;
  const listed = await seconds("squeue", "-h", "-r", "-o", "%i %T");
  await cluster.ask("scancel", "--user=root");
  await cluster.settled();
  const start = performance.now();
  await cluster.ask("sbatch", ...sbatch(quick));
  // `sbatch --wait` asks after 2, 10 and 42 seconds.
  await cluster.settled();
  const startJob = (performance.now() - start) / 1000 / quick;
  return {
    submit,
    submitTask: Math.max(0, many - submit) / tasks,
    startJob,
    list,
    listJob: Math.max(0, listed - list) / held,
  };
}
