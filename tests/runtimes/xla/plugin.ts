import { findPlugin } from "../../../lib/runtimes/xla/location.ts";

/**
 * Whether tests that need an XLA plugin are to be skipped, which is said in a line. Continuous integration installs it, so
 * that a skip there would be a fault.
 */
export function ignoreXla(): boolean {
  if (Deno.env.get("CI") !== undefined) return false;
  try {
    findPlugin();
    return false;
  } catch {
    console.log("The tests of the runtime xla are skipped: they need its plugin, `deno task setup:xla`");
    return true;
  }
}
