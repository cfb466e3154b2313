import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dvcEnvironment, dvcPython } from "../../tests/dvc/environment.ts";
import { install, type VirtualEnvironment } from "../../setup/virtual_environment.ts";
import { type Invocation, run } from "./measurement.ts";
import type { Sketch } from "./sketch.ts";
import { writeDvc, writeSnakefile, writeWireit } from "./sketch.ts";

/** A program that runs stages. */
export interface Program {
  /** With its version. */
  readonly name: string;
  /** Writes a project of its own into a folder; files that stages read are there already. */
  prepare(folder: string, stages: readonly Sketch[]): Promise<void>;
  /** Brings everything up to date, with so many stages at once; one after the other unless given. */
  repro(folder: string, jobs?: number): Invocation;
  /** Says whether everything is up to date; absent: it has no such command. */
  status?(folder: string): Invocation;
  /** What it keeps: removed before a first run. */
  readonly kept: readonly string[];
  /** What it says where nothing was to be done. */
  readonly unchanged: string;
}

const cli = fileURLToPath(new URL("../../lib/pipeline/cli.ts", import.meta.url));

/** This engine. */
export const own: Program = {
  name: "mindepth",
  prepare: writeDvc,
  repro: (_, jobs) => ({
    program: Deno.execPath(),
    args: ["run", "-A", cli, "repro", "--file", "dvc.yaml", ...jobs === undefined ? [] : ["--jobs", String(jobs)]],
  }),
  status: () => ({ program: Deno.execPath(), args: ["run", "-A", cli, "status", "--file", "dvc.yaml"] }),
  kept: [".pipeline", "pipeline.lock"],
  unchanged: "unchanged",
};

/** DVC, of the environment that the conformance tests use. */
async function dvc(): Promise<Program> {
  const python = await dvcPython();
  if (python === undefined) throw new Error("DVC is not installed: deno task setup:dvc");
  const program = join(python, "../dvc");
  const version = (await run({ program, args: ["--version"] }, ".")).text.trim();
  const invocation = (folder: string, ...args: string[]): Invocation => ({
    program,
    args,
    environment: dvcEnvironment(join(folder, ".dvc/tmp/machine")),
  });
  return {
    name: `DVC ${version}`,
    async prepare(folder, stages) {
      await writeDvc(folder, stages);
      await run(invocation(folder, "init", "--no-scm", "--quiet"), folder);
    },
    // It knows no stages at once.
    repro: (folder) => invocation(folder, "repro"),
    status: (folder) => invocation(folder, "status"),
    kept: ["dvc.lock", ".dvc/cache", ".dvc/tmp"],
    unchanged: "Data and pipelines are up to date.",
  };
}

const snakemakeEnvironment: VirtualEnvironment = {
  folder: fileURLToPath(new URL(".venv", import.meta.url)),
  requirements: fileURLToPath(new URL("requirements.txt", import.meta.url)),
  notice: "Installing Snakemake (bench/pipeline/requirements.txt) into bench/pipeline/.venv, once (140 MB)",
};

/** Where Snakemake is, installed where it was not, and its version. */
export async function snakemakeProgram(): Promise<{ program: string; version: string }> {
  const program = join(await install(snakemakeEnvironment), "../snakemake");
  return { program, version: (await run({ program, args: ["--version"] }, ".")).text.trim() };
}

async function snakemake(): Promise<Program> {
  const { program, version } = await snakemakeProgram();
  return {
    name: `Snakemake ${version}`,
    prepare: writeSnakefile,
    repro: (_, jobs = 1) => ({ program, args: ["--cores", String(jobs)] }),
    kept: [".snakemake"],
    unchanged: "Nothing to be done",
  };
}

async function wireit(): Promise<Program> {
  const pins: unknown = JSON.parse(await Deno.readTextFile(new URL("wireit.json", import.meta.url)));
  const { devDependencies } = pins as { devDependencies: { wireit: string } };
  return {
    name: `wireit ${devDependencies.wireit}`,
    async prepare(folder, stages) {
      await writeWireit(folder, stages, devDependencies);
      await run({ program: "npm", args: ["install", "--no-audit", "--no-fund", "--silent"] }, folder);
    },
    repro: (_, jobs = 1) => ({
      program: "npm",
      args: ["run", "all"],
      environment: { WIREIT_PARALLEL: String(jobs), WIREIT_LOGGER: "simple" },
    }),
    kept: [".wireit"],
    unchanged: "Already fresh",
  };
}

const peers = { dvc, snakemake, wireit };

/** The programs beside this one that can be had here; those that cannot are left out, with a line that says why. */
export async function availablePeers(names: readonly string[]): Promise<readonly Program[]> {
  const found: Program[] = [];
  for (const [name, make] of Object.entries(peers)) {
    if (!names.includes(name)) continue;
    try {
      found.push(await make());
    } catch (error) {
      console.error(`${name} is left out: ${(error as Error).message}`);
    }
  }
  return found;
}

/** The names of all peers. */
export const peerNames: readonly string[] = Object.keys(peers);
