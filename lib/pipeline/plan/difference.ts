import type { ClosureRecord } from "../store/lock_text.ts";
import type { DepRecord, StageRecord } from "../store/stage_record.ts";
import { canonical, isMap, type Json, toJson, type Value } from "../value.ts";
import type { Identity } from "./identity.ts";
import type { Reason } from "./reason.ts";

/** A recorded stage or one as it is now, with the closure of its module. */
export interface Version {
  /** What it is made of. */
  readonly identity: Omit<Identity, "outs"> & { readonly outs: readonly { readonly path: string }[] };
  /** The closure of its module; undefined for a `cmd` stage, or where it is not known. */
  readonly closure: ClosureRecord | undefined;
}

/** What makes a stage another one than the recorded one. */
export function difference(
  before: { record: StageRecord; closure: ClosureRecord | undefined },
  now: Version,
): Reason[] {
  const was = before.record;
  const is = now.identity;
  return [
    ...commandDifference(was, is),
    ...closureDifference(was, before.closure, is, now.closure),
    ...valueDifference("with", was.with, is.with),
    ...resolvedDifference(was.resolved ?? {}, is.resolved ?? {}),
    ...paramsDifference(was.params ?? {}, is.params ?? {}),
    ...environmentDifference(was.env ?? {}, is.env ?? {}),
    ...toolsDifference(was.tools ?? {}, is.tools ?? {}),
    ...folderDifference(was.wdir ?? ".", is.wdir ?? "."),
    ...depsDifference(was.deps, is.deps),
    ...outsDifference(was.outs, is.outs),
  ];
}

type Action = Pick<Identity, "cmd" | "run" | "closure">;

function commandDifference(was: Action, is: Action): Reason[] {
  const from = was.cmd?.join("\n") ?? was.run;
  const to = is.cmd?.join("\n") ?? is.run;
  if (from === to) return [];
  return [{
    kind: "command changed",
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }];
}

function closureDifference(
  was: Action,
  before: ClosureRecord | undefined,
  is: Action,
  now: ClosureRecord | undefined,
): Reason[] {
  if (was.run !== is.run || was.closure === is.closure || now === undefined) return [];
  const reasons: Reason[] = before === undefined ? [] : [
    ...changes(before.modules, now.modules).map(({ key, change }): Reason => ({
      kind: "module changed",
      path: key,
      change,
    })),
    ...packagesDifference(before.packages, now.packages),
  ];
  // Neither a module nor a package changed, so the import map sends a specifier elsewhere (or the lock was edited).
  return reasons.length > 0 ? reasons : [{ kind: "module changed", path: now.entry, change: "changed" }];
}

function packagesDifference(
  before: { readonly [name: string]: string },
  now: { readonly [name: string]: string },
): Reason[] {
  const names = new Map<string, { from?: string; to?: string }>();
  for (const { key, change } of changes(before, now)) {
    const at = key.lastIndexOf("@");
    const name = key.slice(0, at);
    const version = key.slice(at + 1);
    const entry = names.get(name) ?? {};
    if (change === "changed") Object.assign(entry, { from: before[key], to: now[key] });
    else if (change === "removed") entry.from = version;
    else entry.to = version;
    names.set(name, entry);
  }
  return [...names].map(([name, versions]) => ({ kind: "package changed", name, ...versions }));
}

/** Differing leaves of two values: maps are looked into, lists are compared whole. */
function valueDifference(key: string, from: Value | undefined, to: Value | undefined): Reason[] {
  if (from === to || (from !== undefined && to !== undefined && canonical(from) === canonical(to))) return [];
  if (from !== undefined && to !== undefined && isMap(from) && isMap(to)) {
    return keysOf(from, to).flatMap((name) => valueDifference(`${key}.${name}`, from[name], to[name]));
  }
  return [{ kind: "parameter changed", key, ...ends(from, to) }];
}

function resolvedDifference(was: { readonly [path: string]: Json }, is: { readonly [path: string]: Json }): Reason[] {
  return changes(was, is).map(({ key }) => ({
    kind: "resolution changed",
    key: `with.${key}`,
    ...ends(was[key], is[key]),
  }));
}

type Params = NonNullable<StageRecord["params"]>;

/** Keys as DVC writes them: `params.yaml:train.lr`; the file alone where it counts as a whole. */
function paramsDifference(was: Params, is: Params): Reason[] {
  return keysOf(was, is).flatMap((file) => {
    const before = was[file] ?? {};
    const now = is[file] ?? {};
    return keysOf(before, now).flatMap((key) =>
      valueDifference(key === "" ? file : `${file}:${key}`, before[key], now[key])
    );
  });
}

function environmentDifference(
  was: NonNullable<StageRecord["env"]>,
  is: NonNullable<StageRecord["env"]>,
): Reason[] {
  return keysOf(was, is).filter((name) => was[name] !== is[name])
    .map((name) => ({ kind: "environment changed", name }));
}

type Tools = NonNullable<StageRecord["tools"]>;

function toolsDifference(was: Tools, is: Tools): Reason[] {
  return changes(was, is).map(({ key: command }) => ({
    kind: "tool changed",
    command,
    ...(was[command] === undefined ? {} : { from: was[command] }),
    ...(is[command] === undefined ? {} : { to: is[command] }),
  }));
}

function folderDifference(from: string, to: string): Reason[] {
  return from === to ? [] : [{ kind: "folder changed", from, to }];
}

function depsDifference(was: readonly DepRecord[], is: readonly DepRecord[]): Reason[] {
  const digests = (deps: readonly DepRecord[]) =>
    Object.fromEntries(deps.map(({ path, name, index, sha256 }) => [path, [name ?? null, index ?? null, sha256]]));
  return changes(digests(was), digests(is)).map(({ key, change }) => ({ kind: "dep changed", path: key, change }));
}

function outsDifference(was: readonly { readonly path: string }[], is: readonly { readonly path: string }[]): Reason[] {
  const paths = (outs: readonly { readonly path: string }[]) =>
    Object.fromEntries(outs.map(({ path }) => [path, true]));
  return changes(paths(was), paths(is)).map(({ key, change }) => ({ kind: "out changed", path: key, change }));
}

interface Change {
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
}

function changes(was: { readonly [key: string]: Value }, is: { readonly [key: string]: Value }): Change[] {
  return keysOf(was, is).flatMap((key): Change[] => {
    const from = was[key];
    const to = is[key];
    if (from === undefined) return [{ key, change: "added" }];
    if (to === undefined) return [{ key, change: "removed" }];
    return canonical(from) === canonical(to) ? [] : [{ key, change: "changed" }];
  });
}

function keysOf(one: { readonly [key: string]: unknown }, other: { readonly [key: string]: unknown }): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
}

function ends(from: Value | undefined, to: Value | undefined): { readonly from?: Json; readonly to?: Json } {
  return {
    ...(from === undefined ? {} : { from: toJson(from) }),
    ...(to === undefined ? {} : { to: toJson(to) }),
  };
}
