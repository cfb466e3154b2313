import { openDisplay } from "../display/opening.ts";
import type { Workspace } from "../store/workspace.ts";
import { acquireWriter, type Holder } from "../store/writer.ts";
import { heal } from "../run/aside.ts";
import type { Context } from "./context.ts";
import { report } from "./opening.ts";

/**
 * Waits until no other process writes to the workspace, says for whom, and lets none until it is disposed of. What a killed
 * run left is put right.
 *
 * @param signal ends the waiting
 * @throws the signal's reason where it is aborted
 */
export async function soleWriter(
  context: Context,
  workspace: Workspace,
  signal: AbortSignal = new AbortController().signal,
): Promise<AsyncDisposable> {
  const display = await openDisplay(context.output, context.folder, context.json);
  try {
    const onWait = (holder: Holder): void => display.show({ kind: "waiting for writer", time: Date.now(), ...holder });
    const writer = await acquireWriter(workspace, onWait, signal);
    report(context, await heal(workspace.temporary));
    return writer;
  } finally {
    display.close();
  }
}
