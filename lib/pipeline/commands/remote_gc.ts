import { bytesText, countText, timeText } from "../display/quantity.ts";
import { collectRemote, inventoryOf, planRemoteCollection } from "../remote/collection.ts";
import type { Remote } from "../remote/remote.ts";
import { RemoteError } from "../remote/remote_error.ts";
import type { Needs } from "../store/needs.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import { neededIn } from "./gc.ts";
import { conclude, openRequests, report } from "./opening.ts";
import type { RemoteGcFlags } from "./remote_flags.ts";
import { selectedRemotes } from "./remote_selection.ts";
import { UsageError } from "./usage_error.ts";

/** `remote gc`: removes from remotes what nothing names, and the oldest results that no lock has, as far as a budget asks. */
export default async function remoteGc(this: Context, flags: RemoteGcFlags): Promise<void> {
  for (const { pipeline } of await openRequests(this, { ...flags, glob: false }, [])) {
    const remotes = await selectedRemotes(pipeline, flags, "remote gc");
    if (flags.remote === undefined && remotes.length > 1) {
      throw new UsageError(
        "There are several remotes; say which one by --remote, since what is removed is gone for all",
      );
    }
    using workspace = await Workspace.open(pipeline.folder);
    const needs = await neededIn(this, workspace, flags.revision);
    if (needs === undefined) return conclude(this, EXIT.invalid);
    for (const remote of remotes) await collectFrom(this, remote, needs, flags);
  }
}

async function collectFrom(context: Context, remote: Remote, needs: Needs, flags: RemoteGcFlags): Promise<void> {
  const { name, readOnly } = remote.options;
  if (readOnly) throw new UsageError(`${name} is read only`);
  try {
    const inventory = await inventoryOf(remote);
    if (inventory === undefined || !remote.canDelete) {
      throw new UsageError(`${name} cannot be listed: servers of its kind make room by themselves`);
    }
    const collection = planRemoteCollection(inventory, needs.fingerprints, flags.budget ?? Infinity);
    if (!flags.dry) await collectRemote(remote, collection);
    const { entries, contents, freed, left } = collection;
    const stages = new Map(inventory.entries.map(({ item, entry }) => [item.name, entry.result.stage]));
    const lines = [
      ...flags.dry
        ? entries.map(({ name, modified }) =>
          `a result${stages.has(name) ? ` of ${stages.get(name)}` : ""} (${name.slice(0, 12)}), written ${
            timeText(new Date(modified).toISOString())
          }`
        )
        : [],
      `${name}: ${flags.dry ? "would remove" : "removed"} ${countText(entries.length, "result")} and ${
        countText(contents.length, "object")
      }, ${bytesText(freed)}; ${bytesText(left)} ${flags.dry ? "would be" : "are"} left`,
    ];
    if (flags.budget !== undefined && left > flags.budget) {
      lines.push("What locks need, and what came today, is more than the budget, and stays");
    }
    context.output.write(`${lines.join("\n")}\n`);
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    report(context, [{ severity: "error", message: `${name}: ${error.message}` }]);
    conclude(context, EXIT.failed);
  }
}
