import type { TypedFlagParameter } from "@stricli/core";
import type { Context } from "./context.ts";
import type { GcFlags } from "./cache_flags.ts";
import { type CommonFlags, type FileFlags, textFlag } from "./flags.ts";

/** Flags of the commands that talk to remotes. */
export type RemoteFlags = CommonFlags & {
  /** The remote alone that has this name. */
  readonly remote?: string;
  /** Requests at once. */
  readonly jobs?: number;
  /** For programs: an event a line. */
  readonly json: boolean;
};

/** Flags of `push`. */
export type PushFlags = RemoteFlags & {
  /** Every result of the run cache, not only those of the lock. */
  readonly runCache: boolean;
};

/** Flags of `pull`. */
export type PullFlags = RemoteFlags & {
  /** What outs hold is given up. */
  readonly force: boolean;
};

/** Flags of `remote gc`. */
export type RemoteGcFlags = GcFlags & Pick<RemoteFlags, "remote" | "jobs">;

/** Flags of `remote verify`. */
export type RemoteVerifyFlags = FileFlags & Pick<RemoteFlags, "remote" | "jobs"> & {
  /** What is bad is removed. */
  readonly remove: boolean;
};

/** `--remote`. */
export const remoteFlag: TypedFlagParameter<string | undefined, Context> = textFlag(
  "The remote of this name alone, by the pipeline file; all unless given",
  "name",
);
