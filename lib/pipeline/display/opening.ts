import type { Display } from "./display.ts";
import type { Output } from "./output.ts";

/**
 * The display that suits an output: live lines on a terminal, plain ones elsewhere; for programs, lines of JSON.
 *
 * @param folder diagnostics name paths relative to this absolute folder
 */
export async function openDisplay(output: Output, folder: string, json = false): Promise<Display> {
  if (json) {
    const { JsonDisplay } = await import("./json_display.ts");
    return new JsonDisplay(output, folder);
  }
  if (output.terminal) {
    const { TerminalDisplay } = await import("./terminal_display.ts");
    return new TerminalDisplay(output, folder);
  }
  const { PlainDisplay } = await import("./plain_display.ts");
  return new PlainDisplay(output, folder);
}
