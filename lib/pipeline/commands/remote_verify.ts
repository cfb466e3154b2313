import { countText } from "../display/quantity.ts";
import type { Pipeline } from "../file/pipeline.ts";
import { audit } from "../remote/audit.ts";
import { inventoryOf } from "../remote/collection.ts";
import { objectsOf, type RemoteEntry } from "../remote/entry.ts";
import type { ObjectKind } from "../remote/object_store.ts";
import type { Remote } from "../remote/remote.ts";
import { RemoteError } from "../remote/remote_error.ts";
import { lockPath, readLock } from "../store/lock.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import { conclude, openRequests, report } from "./opening.ts";
import type { RemoteVerifyFlags } from "./remote_flags.ts";
import { selectedRemotes } from "./remote_selection.ts";
import { soleWriter } from "./sole_writer.ts";

/** `remote verify`: reads all that remotes have, and says what is damaged, missing or not trusted. */
export default async function remoteVerify(this: Context, flags: RemoteVerifyFlags): Promise<void> {
  for (const { pipeline } of await openRequests(this, { ...flags, glob: false }, [])) {
    const remotes = await selectedRemotes(pipeline, flags, "remote verify");
    using workspace = await Workspace.open(pipeline.folder);
    await using _writer = await soleWriter(this, workspace);
    for (const remote of remotes) {
      try {
        await verifyRemote(this, workspace, remote, pipeline, flags.remove);
      } catch (error) {
        if (!(error instanceof RemoteError)) throw error;
        report(this, [{ severity: "error", message: `${remote.options.name}: ${error.message}` }]);
        conclude(this, EXIT.failed);
      }
    }
  }
}

/** An entry that counts as missing. */
interface Fault {
  readonly name: string;
  readonly text: string;
}

async function verifyRemote(
  context: Context,
  workspace: Workspace,
  remote: Remote,
  pipeline: Pipeline,
  remove: boolean,
): Promise<void> {
  const { entries, faults, isListed } = await entriesOf(remote, pipeline);
  const { contents, damaged, missing } = await audit(remote, entries.map(({ entry }) => entry), workspace.temporary);
  const isLost = (sha256: string): boolean => damaged.has(sha256) || missing.has(sha256);
  const incomplete = entries.filter(({ entry }) => objectsOf(entry).some(({ sha256 }) => isLost(sha256)));
  const canRemove = remove && remote.canDelete;
  const bad: [ObjectKind, string][] = [
    ...[...faults, ...incomplete].map(({ name }): [ObjectKind, string] => ["ac", name]),
    ...[...damaged].map((name): [ObjectKind, string] => ["cas", name]),
  ];
  if (canRemove) { for (const [kind, name] of bad) await remote.delete(kind, name); }
  const lines = [
    ...faults.map(({ text }) => text),
    ...[...damaged].map((digest) => `${digest} is damaged`),
    ...[...missing].map((digest) => `${digest} is missing`),
    ...incomplete.map(({ entry }) =>
      `the result of ${entry.result.stage} (${entry.result.fingerprint.slice(0, 12)}) is not whole`
    ),
    `${remote.options.name}: ${countText(entries.length + faults.length, "result")}${isListed ? "" : " of the lock"}, ${
      faults.length + incomplete.length
    } not whole or not trusted; ${
      countText(contents, "object")
    } verified, ${damaged.size} damaged, ${missing.size} missing${
      canRemove && bad.length > 0 ? "; what is bad is removed" : ""
    }`,
  ];
  context.output.write(`${lines.join("\n")}\n`);
  if (bad.length + missing.size > 0) conclude(context, EXIT.failed);
}

/** All entries; of a remote that cannot be listed, those that the lock records. */
async function entriesOf(remote: Remote, pipeline: Pipeline): Promise<{
  readonly entries: readonly { readonly name: string; readonly entry: RemoteEntry }[];
  readonly faults: readonly Fault[];
  readonly isListed: boolean;
}> {
  const inventory = await inventoryOf(remote);
  if (inventory !== undefined) {
    return {
      isListed: true,
      entries: inventory.entries.map(({ item, entry }) => ({ name: item.name, entry })),
      faults: inventory.refused.map(({ item, because }) => ({
        name: item.name,
        text: `the entry ${item.name.slice(0, 12)} ${because}`,
      })),
    };
  }
  const lock = await readLock(lockPath(pipeline.file));
  const entries: { name: string; entry: RemoteEntry }[] = [];
  const faults: Fault[] = [];
  for (const [stage, { fingerprint }] of lock.ok ? lock.value.stages : []) {
    const answer = await remote.entry(fingerprint);
    if (answer.kind === "known") entries.push({ name: fingerprint, entry: answer.entry });
    if (answer.kind === "refused") faults.push({ name: fingerprint, text: `the entry of ${stage} ${answer.because}` });
  }
  return { entries, faults, isListed: false };
}
