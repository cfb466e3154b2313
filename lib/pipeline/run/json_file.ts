/** Writes a value as JSON, whole or not at all; not synced, since what is lost with the power is of no consequence. */
export function writeJson(path: string, value: unknown): void {
  const temporary = `${path}.${Deno.pid}.part`;
  Deno.writeTextFileSync(temporary, `${JSON.stringify(value, null, 1)}\n`);
  Deno.renameSync(temporary, path);
}
