/** One thing a process reached for, granted or not. */
export interface Access {
  /** `read`, `write`, `net`, `env`, `run`, `sys`, `ffi`, ... */
  readonly permission: string;
  /** What was reached for, as the process spelled it: a path, a host and port, a name. Null: everything of its kind. */
  readonly value: string | null;
}

/**
 * Reads what Deno wrote to `DENO_AUDIT_PERMISSIONS`: a JSON object a line, one for each access, granted or not. Every
 * access is returned once. A last line torn by a kill is left out.
 */
export async function readAudit(path: string): Promise<Access[]> {
  const accesses = new Map<string, Access>();
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    // Deno makes the file at the first access: none, no file.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  let pending = "";
  for await (const text of file.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (pending + text).split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) keep(line, accesses);
  }
  keep(pending, accesses);
  return [...accesses.values()];
}

function keep(line: string, accesses: Map<string, Access>): void {
  // The part after the date is the same for the same access, so that most lines need no parsing.
  const start = line.indexOf('"permission"');
  const key = line.slice(start);
  if (start < 0 || accesses.has(key)) return;
  try {
    const { permission, value } = JSON.parse(line);
    accesses.set(key, { permission, value: value ?? null });
  } catch {
    // Torn.
  }
}

/**
 * What Deno's own words say was refused: `Requires read access to "/x", run again with the --allow-read flag`. Not every
 * refusal is in the audit: programs are not.
 */
export function refusedAccess(message: string): Access | undefined {
  const [, permission, quoted, bare] =
    /Requires (\w+) access(?: to (?:"(.*?)"|(<\w+>)))?, run again with/.exec(message) ?? [];
  return permission === undefined ? undefined : { permission, value: quoted ?? bare ?? null };
}
