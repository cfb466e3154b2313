import { buildCommand, type Command, type RouteMap } from "@stricli/core";
import type { Context } from "./context.ts";
import { commonFlags, flag, requestsFlag, targets } from "./flags.ts";
import { type PullFlags, type PushFlags, remoteFlag, type RemoteFlags } from "./remote_flags.ts";

const remoteFlags = { remote: remoteFlag, jobs: requestsFlag, ...commonFlags };

const push = buildCommand<PushFlags, string[], Context>({
  loader: () => import("./push.ts"),
  parameters: {
    flags: { runCache: flag("Every result of the run cache, not only what the lock records"), ...remoteFlags },
    aliases: { r: "remote", j: "jobs" },
    positional: targets,
  },
  docs: { brief: "Bring results to the remotes, so that others need not compute them" },
});

const fetch = buildCommand<RemoteFlags, string[], Context>({
  loader: () => import("./fetch.ts"),
  parameters: { flags: remoteFlags, aliases: { r: "remote", j: "jobs" }, positional: targets },
  docs: { brief: "Bring what the lock records from the remotes into the cache" },
});

const pull = buildCommand<PullFlags, string[], Context>({
  loader: () => import("./pull.ts"),
  parameters: {
    flags: { force: flag("Give up what outs hold that the cache does not have"), ...remoteFlags },
    aliases: { r: "remote", j: "jobs", f: "force" },
    positional: targets,
  },
  docs: { brief: "Put the outs in place that the lock records, from the cache and the remotes" },
});

/** The commands that talk to remotes, by name. */
export const remoteVerbs: Readonly<Record<string, Command<Context> | RouteMap<Context>>> = { push, fetch, pull };
