import { JobControl } from "../slurm/control.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import type { CommonFlags } from "./flags.ts";
import { openRequests } from "./opening.ts";

/** `cancel`: ends Slurm jobs, of an engine that runs or of one that has left them. */
export default async function cancel(this: Context, flags: CommonFlags, ...targets: string[]): Promise<void> {
  for (const opened of await openRequests(this, { ...flags, singleItem: targets.length > 0 }, targets)) {
    using workspace = await Workspace.open(opened.pipeline.folder);
    const control = new JobControl(workspace, opened.pipeline.file);
    const ended = await control.cancel(control.jobs(opened.selected));
    for (const { stage, job } of ended) this.output.write(`${stage}: Slurm job ${job} is asked to end\n`);
    if (ended.length === 0) this.output.write("there is no Slurm job to cancel\n");
  }
}
