import { shownPath } from "../diagnostic_text.ts";
import { countText } from "../display/quantity.ts";
import { closureOf } from "../plan/closure.ts";
import { inputsOf } from "../run/inputs.ts";
import { Watcher } from "../run/watcher.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { WatchFlags } from "./flags.ts";
import { conclude, type Opened, openRequests } from "./opening.ts";
import { retryCommand } from "./retry.ts";
import { reproduceShown } from "./shown_reproduction.ts";
import { UsageError } from "./usage_error.ts";

/** Paths that are named when they changed. */
const MOST_NAMED = 3;
/** The ends that end watching, too. */
const ENDS: readonly number[] = [EXIT.interrupted, EXIT.terminated, EXIT.hungUp];

/** `watch`: reproduces, and again whenever an edit makes something stale, until it is interrupted. */
export default async function watch(this: Context, flags: WatchFlags, ...targets: string[]): Promise<void> {
  const say = (text: string): void => {
    if (!flags.json) this.output.write(`${text}\n`);
  };
  let watcher: Watcher | undefined;
  try {
    while (true) {
      // Each round has an exit code of its own: what is wrong in one may be right in the next.
      const context: Context = { ...this, json: flags.json, process: { ...this.process, exitCode: null } };
      const opened = await openRequests(context, { ...flags, own: true }, targets);
      if (opened.length > 1) throw new UsageError("watch takes targets of one pipeline file");
      const [one] = opened;
      if (one !== undefined) watcher = await round(context, one, flags, watcher);
      const code = Number(context.process.exitCode ?? EXIT.ok);
      if (watcher === undefined || ENDS.includes(code)) return conclude(this, code);
      const { files, folders } = watcher.inputs;
      say(`watching ${countText(files.size, "file")} and ${countText(folders.size, "folder")}; Ctrl-C ends`);
      const changed = (await watcher.changes()).map((path) => shownPath(path, this.folder));
      const more = changed.length > MOST_NAMED ? ` and ${changed.length - MOST_NAMED} more` : "";
      say(`${changed.slice(0, MOST_NAMED).join(", ")}${more} changed`);
    }
  } finally {
    watcher?.[Symbol.dispose]();
  }
}

/** Reproduces once. Returns what watches the inputs, from before it began. */
async function round(context: Context, opened: Opened, flags: WatchFlags, before?: Watcher): Promise<Watcher> {
  using workspace = await Workspace.open(opened.pipeline.folder);
  const watcher = await follow(workspace, opened, before);
  const retry = retryCommand(context.folder, opened.pipeline.file, "repro", "--single-item");
  await reproduceShown(context, workspace, opened, { ...flags, retry, keeping: { asked: opened.asked } });
  return watcher;
}

/** Watches the inputs as they now are, in place of another watcher. */
async function follow(workspace: Workspace, opened: Opened, before: Watcher | undefined): Promise<Watcher> {
  const { graph, selected } = opened;
  const stages = [...graph.stages.values()].filter(({ name, frozen }) => selected.has(name) && !frozen);
  const modules = stages.flatMap(({ action }) => action.kind === "run" ? [action.module] : []);
  // Where a module has a mistake, the run says so; until it is mended, it and what was watched before are.
  const closures = await closureOf(modules, workspace);
  const inputs = inputsOf(opened, closures.ok ? closures.value.values() : []);
  const kept = closures.ok
    ? inputs
    : { ...inputs, files: inputs.files.union(before?.inputs.files ?? new Set<string>()) };
  const watcher = new Watcher(kept);
  if (before !== undefined) {
    watcher.takeOver(before);
    before[Symbol.dispose]();
  }
  return watcher;
}
