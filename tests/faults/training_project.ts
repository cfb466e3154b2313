/**
 * A small real training for tests that disturb it: a copied data set and a network that learns it by the default runtime in a
 * few seconds, in a project of its own, through the real command line.
 * @module
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeDataset } from "../../lib/datasets/dataset.ts";
import { clusters } from "../nn/clusters.ts";
import { Project } from "../pipeline/rig.ts";

const TRAIN = fileURLToPath(new URL("../../stages/train.ts", import.meta.url));

/** What is trained, as the pipeline file writes it. */
interface ProjectOptions {
  readonly epochs: number;
  readonly snapshots: string;
  /** A perceptron unless given. */
  readonly model?: string;
}

/** A project with the stages `copy` and `train`. */
export async function trainingProject(
  { epochs, snapshots, model = "{ kind: mlp, depth: 4, width: 32 }" }: ProjectOptions,
): Promise<Project> {
  const project = await Project.create({
    "pipeline.yaml": `stages:
  copy:
    cmd: cp -r original dataset
    deps: [original]
    outs: [dataset]
  train:
    run: ${TRAIN}
    with:
      model: ${model}
      optimizer: { lr: 0.05, drops: { at: ["50%"] } }
      batch: 64
      epochs: ${epochs}
      snapshots: ${snapshots}
    deps: { dataset: dataset }
    outs: { snapshots: out/snapshots, history: out/history.csv }
`,
  });
  await writeDataset(project.path("original"), clusters({ train: 5000, test: 500 }));
  return project;
}

/** The digest of each file that the training left, by name. */
export function outsOf(project: Project): Record<string, string> {
  const names = ["history.csv", ...readdirSync(project.path("out/snapshots")).map((name) => `snapshots/${name}`)];
  return Object.fromEntries(
    names.sort().map((name) => {
      return [name, createHash("sha256").update(readFileSync(project.path(`out/${name}`))).digest("hex")];
    }),
  );
}

/** Forgets that the training was done, and all that it left. */
export async function forget(project: Project): Promise<void> {
  for (const path of ["out", "dataset", "pipeline.lock", ".pipeline"]) {
    if (await project.exists(path)) await project.remove(path);
  }
}

/** The folders that attempts left for the next one. */
export function states(project: Project): string[] {
  return readdirSync(project.path(".pipeline/state"));
}

/** The processes of stages that a process has started, by `/proc`. */
export function stageProcesses(engine: number): number[] {
  return readdirSync("/proc").map(Number).filter((process) => {
    try {
      const text = readFileSync(`/proc/${process}/stat`, "utf8");
      return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]) === engine &&
        readFileSync(`/proc/${process}/cmdline`, "utf8").includes("run/host.ts");
    } catch {
      return false;
    }
  });
}

/** Kills a process, where it is still there. */
export function kill(process: number): void {
  try {
    Deno.kill(process, "SIGKILL");
  } catch {
    // It has ended.
  }
}
