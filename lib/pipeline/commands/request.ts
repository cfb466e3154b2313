import { basename, dirname, join, resolve } from "node:path";
import { projectRoot } from "../dvc/project_root.ts";
import { DVC_FILE } from "../file/pipeline.ts";
import { findPipelineFile, isFile, isFolder, PIPELINE_FILES, pipelineFileIn } from "./pipeline_file.ts";
import { UsageError } from "./usage_error.ts";

/** A pipeline file and what is wanted of it. */
export interface Request {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Stages, groups, outs or patterns; none: everything. */
  readonly targets: readonly string[];
  /** Whether the file itself is named as a target. */
  readonly named: boolean;
}

/**
 * What the arguments of a command line ask for. An argument that is a folder with a pipeline file, or such a file, selects
 * that pipeline for the targets behind it (`studies/figure1 train@2`, `sub/dvc.yaml:train`); the targets before it belong
 * to `--file`, else to the pipeline file of the current folder or the nearest one above it.
 *
 * @param folder absolute current folder
 * @param recursive true: a folder is a target as it is
 * @throws {UsageError} where there is no pipeline file
 */
export function parseRequests(
  inputs: readonly string[],
  file: string | undefined,
  folder: string,
  recursive = false,
): Request[] {
  const requests: { file: string; targets: string[]; named: boolean }[] = [];
  for (const input of inputs) {
    const selected = recursive && isFolder(resolve(folder, input)) ? undefined : selectedFile(input, folder);
    if (selected !== undefined) {
      requests.push({
        file: selected.file,
        targets: selected.target === undefined ? [] : [selected.target],
        named: true,
      });
      continue;
    }
    if (requests.length === 0) requests.push({ file: defaultFile(file, folder), targets: [], named: false });
    requests.at(-1)!.targets.push(input);
  }
  return requests.length > 0 ? requests : [{ file: defaultFile(file, folder), targets: [], named: false }];
}

function selectedFile(input: string, folder: string): { file: string; target?: string } | undefined {
  const path = resolve(folder, input);
  if (isFolder(path)) {
    const file = pipelineFileIn(path);
    return file === undefined ? undefined : { file };
  }
  if (isPipelineFile(path)) return { file: path };
  const colon = input.lastIndexOf(":");
  if (colon < 1) return undefined;
  const before = resolve(folder, input.slice(0, colon));
  return isPipelineFile(before) ? { file: before, target: input.slice(colon + 1) } : undefined;
}

function isPipelineFile(path: string): boolean {
  return PIPELINE_FILES.some((name) => name === basename(path)) && isFile(path);
}

function defaultFile(file: string | undefined, folder: string): string {
  if (file !== undefined) {
    const path = resolve(folder, file);
    const found = isFolder(path) ? pipelineFileIn(path) : isFile(path) ? path : projectAt(path);
    if (found === undefined) throw new UsageError(`There is no pipeline file ${file}`);
    return found;
  }
  const found = findPipelineFile(folder) ?? dvcFile(folder);
  if (found === undefined) {
    throw new UsageError(
      `There is no ${
        PIPELINE_FILES.join(" or ")
      } in ${folder} or above it; go to the project's folder or name the file with --file`,
    );
  }
  return found;
}

/** The file of the DVC project that a folder lies in, even where there is none at its root. */
function dvcFile(folder: string): string | undefined {
  return projectAt(join(projectRoot(folder), DVC_FILE));
}

/** The path, where it is that of the `dvc.yaml` at the root of a DVC project, even where there is none. */
function projectAt(path: string): string | undefined {
  return basename(path) === DVC_FILE && isFolder(join(dirname(path), ".dvc")) ? path : undefined;
}
