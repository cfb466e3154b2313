import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { pythonOf, type VirtualEnvironment } from "../../setup/virtual_environment.ts";

/** Runs a script of this folder; returns what it printed. */
export async function python(environment: VirtualEnvironment, script: string, ...args: string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(pythonOf(environment), { args: [path, ...args] }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}
