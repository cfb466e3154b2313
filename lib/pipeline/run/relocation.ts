import { join } from "node:path";
import type { Stage } from "../file/pipeline.ts";
import { isWithin } from "../path.ts";

/** A project that stands, in part, in another folder too. */
export class Relocation {
  readonly #from: string;
  readonly #to: string;

  /**
   * Copies nothing.
   *
   * @param from absolute root of the project
   * @param to absolute folder that stands for it
   */
  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
  }

  /** Whether a path lies in the project. */
  holds(path: string): boolean {
    return isWithin(path, this.#from);
  }

  /** Where a path of the project stands in the other folder; a path outside the project is the same for both. */
  path(path: string): string {
    return this.holds(path) ? join(this.#to, path.slice(this.#from.length)) : path;
  }

  /** A stage with what it reads and writes in the other folder; its module stays where it is. */
  stage(stage: Stage): Stage {
    return {
      ...stage,
      wdir: this.path(stage.wdir),
      params: stage.params.map((param) => ({ ...param, file: this.path(param.file) })),
      deps: stage.deps.map((dep) => ({ ...dep, path: this.path(dep.path) })),
      outs: stage.outs.map((out) => ({ ...out, path: this.path(out.path) })),
    };
  }
}
