import type { Diagnostic } from "../diagnostic.ts";
import { openDisplay } from "../display/opening.ts";
import { Transfer } from "../run/transfer.ts";
import type { Context } from "./context.ts";
import { Interruption } from "./interruption.ts";
import { conclude, report } from "./opening.ts";

/** What a command that talks to remotes gets to show what it does. */
export interface TransferView {
  /** Aborted by Ctrl-C and its like. */
  readonly signal: AbortSignal;
  /** Begins a transfer of this name. */
  readonly begin: (name: string) => Transfer;
  /** Reports what went wrong, once no live line stands in the way. */
  readonly report: (diagnostics: readonly Diagnostic[]) => void;
}

/**
 * Has something transferred, and shows it. The first Ctrl-C ends that in good order and sets the exit code, the second one at
 * once; what is across stays.
 */
export async function showTransfers(context: Context, transfer: (view: TransferView) => Promise<void>): Promise<void> {
  const display = await openDisplay(context.output, context.folder, context.json);
  const diagnostics: Diagnostic[] = [];
  using interruption = new Interruption({
    ask: () => display.show({ kind: "transfer interrupted", time: Date.now() }),
    leave: display.close,
  });
  interruption.kill.addEventListener("abort", () => {
    display.close();
    Deno.exit(interruption.code);
  });
  try {
    await transfer({
      signal: interruption.signal,
      begin: (name) => new Transfer(name, display.show),
      report: (found) => void diagnostics.push(...found),
    });
  } catch (error) {
    if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
  } finally {
    display.close();
    report(context, diagnostics);
  }
  if (interruption.code !== undefined) conclude(context, interruption.code);
}
