import { basename } from "node:path";
import { DVC_FILE, type Pipeline } from "../file/pipeline.ts";
import { nearest } from "../nearest.ts";
import { type OpeningOptions, openRemotes } from "../remote/opening.ts";
import type { Remote } from "../remote/remote.ts";
import type { RemoteFlags } from "./remote_flags.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The remotes of a pipeline, or the one that a flag names.
 *
 * @param what is to be done, for the message where there are none: `push`
 * @throws {UsageError} where there are none, or none of that name
 */
export async function selectedRemotes(
  { file, remotes = [] }: Pipeline,
  { remote: name, jobs }: Pick<RemoteFlags, "remote" | "jobs">,
  what: string,
  options: OpeningOptions = {},
): Promise<readonly Remote[]> {
  if (remotes.length === 0) {
    throw new UsageError(
      basename(file) === DVC_FILE
        ? `${what} needs remotes, which a dvc.yaml has none of; use \`dvc ${
          what.replace(/^--/, "")
        }\`, or rename the file to pipeline.yaml and name them there`
        : `${what} needs remotes; name one in the pipeline file, e.g. remotes: { shared: /a/folder }`,
    );
  }
  const names = remotes.map(({ name }) => name);
  if (name !== undefined && !names.includes(name)) {
    const near = nearest(name, names);
    throw new UsageError(
      `There is no remote ${name}${near === undefined ? `; there are ${names.join(", ")}` : `; did you mean ${near}?`}`,
    );
  }
  return await openRemotes(remotes.filter((place) => name === undefined || place.name === name), {
    ...options,
    requests: jobs,
  });
}
