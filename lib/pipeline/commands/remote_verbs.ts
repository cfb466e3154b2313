import { buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import { budgetFlag, revisionsFlag } from "./cache_flags.ts";
import type { Context } from "./context.ts";
import { asTyped, commonFlags, fileFlags, flag, requestsFlag, targets } from "./flags.ts";
import {
  type PullFlags,
  type PushFlags,
  remoteFlag,
  type RemoteFlags,
  type RemoteGcFlags,
  type RemoteVerifyFlags,
} from "./remote_flags.ts";

const remoteFlags = {
  remote: remoteFlag,
  jobs: requestsFlag,
  json: flag("For programs: an event a line, as JSON"),
  ...commonFlags,
};

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

const gc = buildCommand<RemoteGcFlags, [], Context>({
  loader: () => import("./remote_gc.ts"),
  parameters: {
    flags: {
      remote: remoteFlag,
      jobs: requestsFlag,
      budget: budgetFlag,
      revision: revisionsFlag,
      dry: flag("Say what would be removed"),
      ...fileFlags,
    },
    aliases: { r: "remote", j: "jobs" },
  },
  docs: { brief: "Remove from a remote what nothing names; with --budget the oldest results that no lock here has" },
});

const verify = buildCommand<RemoteVerifyFlags, [], Context>({
  loader: () => import("./remote_verify.ts"),
  parameters: {
    flags: {
      remote: remoteFlag,
      jobs: requestsFlag,
      remove: flag("Remove what is damaged, not whole or not trusted"),
      ...fileFlags,
    },
    aliases: { r: "remote", j: "jobs" },
  },
  docs: { brief: "Read all that remotes have; exit with 1 if anything is damaged, missing or not trusted" },
});

const keygen = buildCommand<Record<never, never>, [string], Context>({
  loader: () => import("./remote_keygen.ts"),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ parse: asTyped, brief: "A new file for the private key", placeholder: "file" }],
    },
  },
  docs: { brief: "Make a key that signs what is pushed, and print the public key" },
});

const remote = buildRouteMap<string, Context>({
  routes: { gc, verify, keygen },
  docs: { brief: "Look after remotes" },
});

/** The commands that talk to remotes, by name. */
export const remoteVerbs: Readonly<Record<string, Command<Context> | RouteMap<Context>>> = {
  push,
  fetch,
  pull,
  remote,
};
