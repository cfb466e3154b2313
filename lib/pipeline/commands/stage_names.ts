import { basename, resolve } from "node:path";
import { stagePrefix } from "../dvc/project_root.ts";
import { DVC_FILE } from "../file/pipeline.ts";
import { readPipeline } from "./pipeline_reader.ts";
import type { Context } from "./context.ts";
import { pipelineFileIn } from "./pipeline_file.ts";
import { parseRequests } from "./request.ts";

/** Names of stages and groups that a word on the command line may become; none where the pipeline cannot be read. */
export async function stageNames({ inputs, folder }: Context, partial: string): Promise<readonly string[]> {
  try {
    const before = inputs.slice(0, -1);
    const study = before.findLast((word) => pipelineFileIn(resolve(folder, word)) !== undefined);
    const file = before.includes("--file") ? before[before.indexOf("--file") + 1] : undefined;
    const [request] = parseRequests(study === undefined ? [] : [study], file, folder);
    const pipeline = await readPipeline(request!.file);
    if (!pipeline.ok) return [];
    const { stages } = pipeline.value;
    const home = basename(request!.file) === DVC_FILE ? stagePrefix(pipeline.value.folder, request!.file) : "";
    const names = stages.flatMap(({ name, group }) => [group, name])
      .map((name) => name.startsWith(home) ? name.slice(home.length) : name);
    return [...new Set(names)].filter((name) => name.startsWith(partial));
  } catch {
    // There is no pipeline here: nothing to propose.
    return [];
  }
}
