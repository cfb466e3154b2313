import type { Diagnostic } from "../diagnostic.ts";
import { openDisplay } from "../display/opening.ts";
import { bytesText, countText } from "../display/quantity.ts";
import type { Traffic } from "../remote/download.ts";
import { Transfer } from "../run/transfer.ts";
import type { Context } from "./context.ts";
import { Interruption } from "./interruption.ts";
import { conclude, type Opened, report } from "./opening.ts";

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
 * Has something transferred for one pipeline after the other, and shows it. The first Ctrl-C ends that in good order and sets
 * the exit code, the second one at once; what is across stays.
 */
export async function showTransfers(
  context: Context,
  pipelines: readonly Opened[],
  transfer: (opened: Opened, view: TransferView) => Promise<void>,
): Promise<void> {
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
  const view: TransferView = {
    signal: interruption.signal,
    begin: (name) => new Transfer(name, display.show),
    report: (found) => void diagnostics.push(...found),
  };
  try {
    for (const opened of pipelines) if (!view.signal.aborted) await transfer(opened, view);
  } catch (error) {
    if (!interruption.signal.aborted || error !== interruption.signal.reason) throw error;
  } finally {
    display.close();
    report(context, diagnostics);
  }
  if (interruption.code !== undefined) conclude(context, interruption.code);
}

/** What a transfer of results comes to. */
export interface TransferTotals extends Traffic {
  /** Results that came across. */
  readonly results: number;
  /** Results that were there already. */
  readonly there: number;
}

/**
 * Ends a transfer of results, and says what it came to, unless that is for programs.
 *
 * @param done what became of the results: `pushed`
 * @param before what the line begins with
 */
export function endTransfer(
  { json, output }: Context,
  transfer: Transfer,
  { results, there, objects, bytes }: TransferTotals,
  done: string,
  before = "",
): void {
  transfer.end({ objects, bytes }, { results, there });
  if (json) return;
  const traffic = `${countText(objects, "object")}, ${bytesText(bytes)}`;
  output.write(`${before}${countText(results, "result")} ${done} (${traffic}), ${there} there already\n`);
}
