import { resolve } from "node:path";
import { countText } from "../display/quantity.ts";
import { mergedLockText, mergeLocks } from "../store/lock_merge.ts";
import { type LockContent, parseLock } from "../store/lock_text.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import { conclude, report } from "./opening.ts";

/** `lock merge`: git's merge driver for locks. What both sides changed stands between marks, and `lock resolve` settles it. */
export default async function lockMerge(
  this: Context,
  _flags: Record<never, never>,
  base: string,
  ours: string,
  theirs: string,
): Promise<void> {
  const contents: LockContent[] = [];
  for (const file of [base, ours, theirs]) {
    const path = resolve(this.folder, file);
    const text = await Deno.readTextFile(path);
    // Git gives an empty base where both sides added the file.
    const content = text.trim() === "" ? EMPTY : parseLock({ path, text });
    report(this, content.diagnostics);
    if (!content.ok) return conclude(this, EXIT.invalid);
    contents.push(content.value);
  }
  const [was, our, their] = contents as [LockContent, LockContent, LockContent];
  const merged = mergeLocks(was, our, their);
  await Deno.writeTextFile(resolve(this.folder, ours), mergedLockText(merged));
  if (merged.conflicts.size === 0) return;
  const names = [...merged.conflicts.keys()].join(", ");
  this.errors.write(`The lock: both sides ran ${countText(merged.conflicts.size, "stage")} anew: ${names}\n`);
  conclude(this, EXIT.failed);
}

const EMPTY = { ok: true, value: { stages: new Map(), closures: new Map() }, diagnostics: [] } as const;
