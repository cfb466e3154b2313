import assert from "node:assert/strict";
import { join } from "node:path";
import { findPipelineFile } from "../../../lib/pipeline/commands/pipeline_file.ts";
import { parseRequests } from "../../../lib/pipeline/commands/request.ts";
import { UsageError } from "../../../lib/pipeline/commands/usage_error.ts";
import { Project } from "../rig.ts";

const PIPELINE = "stages: {}\n";

Deno.test("findPipelineFile() prefers pipeline.yaml, goes up, and stops at the root of the repository", async () => {
  await using project = await Project.create({
    "pipeline.yaml": PIPELINE,
    "dvc.yaml": PIPELINE,
    "below/dvc.yaml": PIPELINE,
    "below/deep/file": "",
    "repository/.git/HEAD": "",
    "repository/deep/file": "",
  });
  assert.equal(findPipelineFile(project.folder), project.path("pipeline.yaml"));
  assert.equal(findPipelineFile(project.path("below/deep")), project.path("below/dvc.yaml"));
  assert.equal(findPipelineFile(project.path("repository/deep")), undefined);
});

Deno.test("parseRequests() gives targets to the pipeline named before them", async () => {
  await using project = await Project.create({
    "pipeline.yaml": PIPELINE,
    "studies/a/pipeline.yaml": PIPELINE,
    "studies/b/dvc.yaml": PIPELINE,
    "outputs/pipeline/file": "",
  });
  const requests = (inputs: string[], file?: string): [string, readonly string[]][] =>
    parseRequests(inputs, file, project.folder)
      .map((request) => [request.file.slice(project.folder.length + 1), request.targets]);
  assert.deepEqual(requests([]), [["pipeline.yaml", []]]);
  assert.deepEqual(requests(["x", "outputs/pipeline"]), [["pipeline.yaml", ["x", "outputs/pipeline"]]]);
  assert.deepEqual(requests(["x", "studies/a", "y@1", "studies/b/dvc.yaml:z"]), [
    ["pipeline.yaml", ["x"]],
    ["studies/a/pipeline.yaml", ["y@1"]],
    ["studies/b/dvc.yaml", ["z"]],
  ]);
  assert.deepEqual(requests(["x"], join("studies", "b")), [["studies/b/dvc.yaml", ["x"]]]);
  assert.throws(() => requests(["x"], "nowhere.yaml"), UsageError);
});
