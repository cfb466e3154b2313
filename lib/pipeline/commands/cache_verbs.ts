import { buildCommand, type Command } from "@stricli/core";
import type { Context } from "./context.ts";
import { budgetFlag, type GcFlags, revisionsFlag } from "./cache_flags.ts";
import { type FileFlags, fileFlags, flag } from "./flags.ts";

const gc = buildCommand<GcFlags, [], Context>({
  loader: () => import("./gc.ts"),
  parameters: {
    flags: { budget: budgetFlag, revision: revisionsFlag, dry: flag("Say what would be removed"), ...fileFlags },
  },
  docs: {
    brief: "Remove from the cache what no lock of a branch or tag needs, the least recently used first",
    fullDescription: `Removes contents that nothing names; with --budget also results that no lock has, and checkpoints,
the least recently used first. What a lock in the files, a branch or a tag needs stays.`,
  },
});

const verifyCache = buildCommand<FileFlags, [], Context>({
  loader: () => import("./verify_cache.ts"),
  parameters: { flags: fileFlags },
  docs: { brief: "Hash all contents of the cache again; remove what is damaged, and exit with 1 if anything is" },
});

/** The commands about the cache, by name. */
export const cacheVerbs: Readonly<Record<string, Command<Context>>> = { gc, verifyCache };
