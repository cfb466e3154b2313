import { createHash } from "node:crypto";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Sketch } from "./sketch.ts";

/**
 * Writes what DVC's first `repro` would leave of stages whose outs are there, lock and cache: to run a thousand takes it
 * minutes.
 */
export async function writeDvcState(folder: string, stages: readonly Sketch[]): Promise<void> {
  const recorded = async (path: string): Promise<{ entry: Record<string, unknown>; content: Uint8Array }> => {
    const content = await Deno.readFile(join(folder, path));
    const md5 = createHash("md5").update(content).digest("hex");
    return { entry: { path, hash: "md5", md5, size: content.length }, content };
  };
  const entries: [string, unknown][] = [];
  for (const { name, cmd, deps, out } of stages) {
    const { entry, content } = await recorded(out);
    const md5 = String(entry["md5"]);
    const cached = join(folder, ".dvc/cache/files/md5", md5.slice(0, 2));
    await Deno.mkdir(cached, { recursive: true });
    await Deno.writeFile(join(cached, md5.slice(2)), content);
    const depEntries = (await Promise.all(deps.map(recorded))).map(({ entry }) => entry);
    entries.push([name, { cmd, deps: depEntries, outs: [entry] }]);
  }
  const lock = { schema: "2.0", stages: Object.fromEntries(entries) };
  await Deno.writeTextFile(join(folder, "dvc.lock"), stringify(lock, { aliasDuplicateObjects: false }));
}
