import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { configurationOf } from "../deno_configuration.ts";
import { isWithin } from "../path.ts";
import type { Job } from "../run/job.ts";
import { commitOuts } from "../store/outs.ts";
import { StoreError } from "../store/store_error.ts";
import type { Workspace } from "../store/workspace.ts";
import type { Placed, ScratchWork } from "./work.ts";

/**
 * Puts into the cache what a stage reads, so that a node that sees nothing of the project but the cache can run it.
 *
 * @param within the folder of the node, as the stage has it
 * @param before files in which the jobs that come first note their outs; what those are of, nobody knows yet
 * @throws {StoreError} where something cannot be read, or the stage writes outside the project
 */
export async function stageIn(
  workspace: Workspace,
  stage: Stage,
  { code }: Pick<Job, "code">,
  within: string,
  before: readonly string[],
): Promise<Omit<ScratchWork, "outs">> {
  const { root } = workspace;
  const outside = stage.outs.find(({ path }) => !isWithin(path, root));
  if (outside !== undefined) {
    throw new StoreError(
      `${stage.name} cannot run in a folder of a node: ${outside.relative} lies outside the project`,
      [
        "Have it write inside the project, or give it slurm: { scratch: false }",
      ],
    );
  }
  const kept = stage.outs.filter(({ persist }) => persist).map(({ path }) => path);
  const files = [
    ...stage.deps.map(({ path }) => path),
    ...kept,
    ...stage.params.map(({ file }) => file),
    ...code?.files ?? [],
    ...stage.action.kind === "run" ? configurationFiles(stage.action.module) : [],
  ];
  const paths = [...new Set(files)].filter((path) => isWithin(path, root) && existsSync(path));
  const places = paths.map((path) => ({
    path,
    relative: relative(root, path).split(sep).join("/"),
    kind: "out" as const,
    cache: true,
  }));
  const records = await commitOuts(workspace, places);
  return {
    within,
    root,
    cache: workspace.blobs.folder,
    drafts: workspace.temporary,
    inputs: paths.map((path, index): Placed => ({ path, record: records[index]! })),
    before,
  };
}

/** What Deno reads to resolve a module's imports. */
function configurationFiles(module: string): string[] {
  const { files } = configurationOf(module);
  return files.flatMap((file) => [file, ...memberFiles(file)]);
}

/** The configurations of a workspace's members, without which Deno does not take the workspace's. */
function memberFiles(file: string): string[] {
  if (!/deno\.jsonc?$/.test(file) || !existsSync(file)) return [];
  const members = /"workspace"\s*:\s*(?:\{\s*"members"\s*:\s*)?\[([^\]]*)\]/.exec(Deno.readTextFileSync(file))?.[1] ??
    "";
  return [...members.matchAll(/"([^"]+)"/g)].flatMap(([, member]) =>
    ["deno.json", "deno.jsonc", "package.json"].map((name) => join(file, "..", member!, name))
  );
}
