import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";
import { Relocation } from "../run/relocation.ts";
import { Blobs } from "../store/blobs.ts";
import { Digests } from "../store/digests.ts";
import { writeDurably } from "../store/durable_file.ts";
import { IndexDatabase } from "../store/index_database.ts";
import { commitOuts, restoreOuts } from "../store/outs.ts";
import { StoreError } from "../store/store_error.ts";
import type { Placed, ScratchWork, Work } from "./work.ts";

/** A folder of a node that holds what one stage reads, and nothing else of the project, while the stage runs. */
export class NodeScratch implements Disposable {
  /** Absolute folder for files of the run. */
  readonly folder: string;
  readonly #work: ScratchWork;
  readonly #place: string;
  readonly #project: Relocation;
  readonly #index: IndexDatabase;
  readonly #digests: Digests;
  readonly #blobs: Blobs;

  private constructor(work: ScratchWork, place: string) {
    this.#work = work;
    this.#place = place;
    this.folder = join(place, "run");
    const root = join(place, "project");
    for (const folder of [this.folder, root]) mkdirSync(folder);
    this.#project = new Relocation(work.root, root);
    this.#index = IndexDatabase.open(join(place, "index.sqlite"));
    this.#digests = new Digests(this.#index);
    this.#blobs = new Blobs(work.cache, work.drafts);
  }

  /**
   * Makes the folder, and puts what the stage reads in place, out of the cache.
   *
   * @throws {StoreError} where there can be no such folder, or the cache does not have all of it whole
   */
  static async fill(work: ScratchWork, stage: Stage): Promise<NodeScratch> {
    const scratch = new NodeScratch(work, newFolder(work.within));
    try {
      await scratch.#fill(stage);
    } catch (error) {
      scratch[Symbol.dispose]();
      throw error;
    }
    return scratch;
  }

  async #fill(stage: Stage): Promise<void> {
    const made = this.#work.before.flatMap((file) => JSON.parse(readFileSync(file, "utf8")) as Placed[])
      .filter(({ path }) => stage.deps.some((dep) => isWithin(path, dep.path) || isWithin(dep.path, path)));
    const wanted = [...this.#work.inputs, ...made];
    const places = wanted.map(({ path, record }) => ({ path: this.#project.path(path), relative: record.path }));
    const store = { temporary: this.#place, digests: this.#digests, blobs: this.#blobs };
    const { restored, diagnostics } = await restoreOuts(store, places, wanted.map(({ record }) => record));
    if (!restored) {
      throw new StoreError(diagnostics.map((diagnostic) => ({ ...diagnostic, severity: "error", hints: [] })));
    }
    const folders = [stage.wdir, ...stage.outs.map(({ path }) => dirname(path))];
    for (const folder of folders) mkdirSync(this.#project.path(folder), { recursive: true });
  }

  /** The work as it is to be done here. */
  moved({ stage, job }: Pick<Work, "stage" | "job">): Pick<Work, "stage" | "job" | "folder"> {
    const { action } = stage;
    const path = (path: string): string => this.#project.path(path);
    const { code, root } = job;
    return {
      stage: {
        ...this.#project.stage(stage),
        action: action.kind === "run" ? { ...action, module: path(action.module) } : action,
      },
      job: { ...job, root: path(root), ...code && { code: { ...code, files: code.files.map(path) } } },
      folder: this.folder,
    };
  }

  /**
   * Keeps the outs in the cache, and notes at last, by rename, what they are.
   *
   * @param stage as it was moved
   * @param original the same before that
   * @throws {StoreError} where one is missing or cannot be read
   */
  async keep(stage: Stage, original: Stage): Promise<void> {
    const store = { digests: this.#digests, blobs: this.#blobs };
    const records = await commitOuts(store, stage.outs.map((out) => ({ ...out, cache: true })));
    const outs = original.outs.map(({ path }, index): Placed => ({ path, record: records[index]! }));
    writeDurably(this.#work.outs, JSON.stringify(outs));
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    this.#index[Symbol.dispose]();
    rmSync(this.#place, { recursive: true, force: true });
  }
}

/**
 * A new folder in the one that a text names, which may begin with an environment variable of the node.
 *
 * @throws {StoreError} where that stands for no folder
 */
export function newFolder(within: string): string {
  const [, variable, rest = ""] = /^\$(\w+)(.*)$/s.exec(within) ?? [];
  const value = variable === undefined ? within : Deno.env.get(variable);
  if (value === undefined || value === "") {
    throw new StoreError(`${within} stands for no folder on ${hostname()}: ${variable} is not set there`, [
      "Give slurm.scratch as a path that all nodes have, such as /tmp",
    ]);
  }
  const folder = value + rest;
  if (!isAbsolute(folder)) throw new StoreError(`slurm.scratch has to be an absolute path; found ${folder}`);
  mkdirSync(folder, { recursive: true });
  return mkdtempSync(join(realpathSync(folder), "pipeline-"));
}
