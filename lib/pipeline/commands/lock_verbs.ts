import { buildCommand, buildRouteMap, type RouteMap } from "@stricli/core";
import type { Context } from "./context.ts";
import { type FileFlags, fileFlags } from "./flags.ts";

const resolve = buildCommand<FileFlags, [], Context>({
  loader: () => import("./lock_resolve.ts"),
  parameters: { flags: fileFlags },
  docs: {
    brief: "Settle a conflict of a merge in the lock: keep of each stage the record that fits the files as they are",
    fullDescription:
      `Merges the two sides of the lock stage by stage. Of a stage that both changed, the record stays whose
fingerprint is that of the stage as the files now have it; where neither is, the stage runs, or is restored, next time.
Resolve the conflicts of the pipeline file first.`,
  },
});

const install = buildCommand<FileFlags, [], Context>({
  loader: () => import("./lock_install.ts"),
  parameters: { flags: fileFlags },
  docs: {
    brief: "Have git merge locks stage by stage in this repository: writes .gitattributes and git's configuration",
  },
});

const merge = buildCommand<Record<never, never>, [string, string, string], Context>({
  loader: () => import("./lock_merge.ts"),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: ["base", "ours", "theirs"].map((placeholder) => ({
        parse: String,
        brief: placeholder === "ours" ? "The side into which is merged; rewritten" : "A version of the lock",
        placeholder,
      })) as never,
    },
  },
  docs: {
    brief: "What git calls to merge three versions of a lock; exits with 1 where a stage was changed on both sides",
  },
});

/** The commands about the lock. */
export const lock: RouteMap<Context> = buildRouteMap<string, Context>({
  routes: { resolve, install, merge },
  docs: { brief: "Merge locks, and settle their conflicts" },
});
