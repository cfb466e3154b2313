import { constants, cpSync, existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Pipeline, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { isWithin } from "../path.ts";
import { Relocation } from "../run/relocation.ts";
import { StoreError } from "../store/store_error.ts";
import { Workspace } from "../store/workspace.ts";
import { inputsOf } from "./committed.ts";

/** A copy of a project that holds no more than some of its stages read, with a cache of its own that is empty. */
export class Scratch implements Disposable {
  /** Absolute folder that stands for the project's root. */
  readonly root: string;
  readonly #project: Relocation;

  /** Makes an empty one for the project at an absolute folder; its name begins with `prefix`. */
  constructor(original: string, prefix: string) {
    this.root = realpathSync(Deno.makeTempDirSync({ prefix }));
    this.#project = new Relocation(original, this.root);
    // The mark of a project's root.
    mkdirSync(join(this.root, ".pipeline"));
  }

  /** Where a path of the project stands in the copy; a path outside the project is the same for both. */
  path(path: string): string {
    return this.#project.path(path);
  }

  /**
   * Copies what the stages read and none of them makes, and says what they are in the copy. Their modules stay where they
   * are.
   *
   * @throws {StoreError} where one of them writes outside the project, where it would write over the original
   */
  take({ pipeline, graph }: { pipeline: Pipeline; graph: Graph }, stages: readonly Stage[]): {
    readonly pipeline: Pipeline;
    readonly graph: Graph;
    readonly selected: ReadonlySet<string>;
  } {
    for (const { name, outs } of stages) {
      const outside = outs.find(({ path }) => !this.#project.holds(path));
      if (outside === undefined) continue;
      throw new StoreError(`${name} cannot be re-executed in a copy: ${outside.relative} lies outside the project`, [
        "Verify other stages, by naming them",
      ]);
    }
    const outs = stages.flatMap((stage) => stage.outs.map(({ path }) => path));
    const isMade = (path: string): boolean => outs.some((out) => isWithin(path, out));
    for (const path of new Set(stages.flatMap(inputsOf))) {
      if (!isMade(path) && this.#project.holds(path) && existsSync(path)) this.#copy(path);
    }
    // A dep may hold an out of the stages.
    for (const out of outs) rmSync(this.path(out), { recursive: true, force: true });
    const moved = stages.map((stage) => this.#project.stage(stage));
    for (const folder of [this.path(pipeline.folder), ...moved.map(({ wdir }) => wdir)]) {
      mkdirSync(folder, { recursive: true });
    }
    return {
      pipeline: { ...pipeline, file: this.path(pipeline.file), folder: this.path(pipeline.folder), stages: moved },
      graph: { ...graph, stages: new Map(moved.map((stage) => [stage.name, stage])) },
      selected: new Set(moved.map(({ name }) => name)),
    };
  }

  /** Opens the copy's own cache. */
  async workspace(): Promise<Workspace> {
    return await Workspace.open(this.root);
  }

  /** Removes the copy. */
  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  #copy(path: string): void {
    const target = this.path(path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(path, target, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
  }
}
