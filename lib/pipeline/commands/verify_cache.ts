import { dirname } from "node:path";
import { countText } from "../display/quantity.ts";
import { Workspace } from "../store/workspace.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit_code.ts";
import type { FileFlags } from "./flags.ts";
import { conclude } from "./opening.ts";
import { parseRequests } from "./request.ts";
import { soleWriter } from "./sole_writer.ts";

/** `verify-cache`: hashes all contents of the cache again. What is damaged is told and removed, so that it is made anew. */
export default async function verifyCache(this: Context, flags: FileFlags): Promise<void> {
  const [request] = parseRequests([], flags.file, this.folder);
  using workspace = await Workspace.open(dirname(request!.file));
  await using _writer = await soleWriter(this, workspace);
  const { blobs, results } = workspace;
  // Read before the contents are looked at: a damaged manifest no longer tells what it named.
  const entries = [...results.uses().keys()];
  const read = entries.map((name) => results.read(name)).filter((result) => result !== undefined);
  const torn = entries.length - read.length;
  const digests = [...blobs.sizes().keys()];
  const damaged: string[] = [];
  for (const digest of digests) if (!await blobs.verify(digest)) damaged.push(digest);

  const incomplete = read.filter(({ outs }) => !results.hasAll(outs));
  for (const { fingerprint } of incomplete) results.delete(fingerprint);
  const lines = [
    ...damaged.map((digest) => `${digest} is damaged, and removed`),
    ...incomplete.map(({ stage, fingerprint }) =>
      `the result of ${stage} (${fingerprint.slice(0, 12)}) is not whole, and removed: the stage runs again`
    ),
    `${countText(digests.length, "file")} verified, ${damaged.length} damaged; ` +
    `${countText(entries.length, "result")}, ${torn + incomplete.length} not whole`,
  ];
  this.output.write(`${lines.join("\n")}\n`);
  if (damaged.length + torn + incomplete.length > 0) conclude(this, EXIT.failed);
}
