import { JobControl } from "../slurm/control.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { LogsFlags } from "./flags.ts";
import { conclude, openRequests } from "./opening.ts";
import { UsageError } from "./usage_error.ts";

/** `logs`: prints what the Slurm job of a stage has printed so far, or the last one that it had. */
export default async function logs(this: Context, flags: LogsFlags, target: string): Promise<void> {
  const [opened] = await openRequests(this, { ...flags, glob: false, singleItem: true }, [target]);
  if (opened === undefined) return;
  const [name, ...others] = opened.selected;
  if (name === undefined || others.length > 0) {
    throw new UsageError(`logs takes one stage; ${target} is ${[...opened.selected].join(", ") || "none"}`);
  }
  using workspace = await Workspace.open(opened.pipeline.folder);
  const lines = new JobControl(workspace, opened.pipeline.file).log(name, flags.follow);
  if (lines === undefined) {
    this.errors.write(`${name} has had no Slurm job here, and so no log\n`);
    return conclude(this, EXIT.failed);
  }
  for await (const line of lines) this.output.write(`${line}\n`);
}
