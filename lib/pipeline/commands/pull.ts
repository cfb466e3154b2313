import { restoreStages } from "./checkout.ts";
import type { Context } from "./context.ts";
import { fetchRequests } from "./fetch.ts";
import type { PullFlags } from "./remote_flags.ts";

/** `pull`: puts the outs in place that the lock records, from the cache and from remotes. Targets mean themselves alone. */
export default async function pull(this: Context, flags: PullFlags, ...targets: string[]): Promise<void> {
  const context = { ...this, json: flags.json };
  await fetchRequests(context, flags, targets, "pull", async (_opened, workspace, stage, outs) => {
    if (workspace.results.hasAll(outs)) return true;
    for (const out of stage.outs) {
      const record = outs.find(({ path }) => path === out.relative);
      if (record === undefined || workspace.results.hasAll([record])) continue;
      if ((await workspace.digests.digest(out.path))?.sha256 !== record.sha256) return false;
    }
    return true;
  }, async ({ graph }, workspace, lock, had) => {
    const changes = await restoreStages(context, { graph, selected: had }, workspace, lock, flags);
    if (!flags.json) this.output.write(`${changes.conclusion()}\n`);
  });
}
