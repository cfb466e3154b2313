import { existsSync } from "node:fs";
import type { Dep, Stage } from "../file/pipeline.ts";
import type { Graph } from "../graph/graph.ts";
import { readBy } from "../graph/read_outs.ts";
import { isWithin } from "../path.ts";
import { gitIgnored } from "../store/git_ignored.ts";
import type { Lock } from "../store/lock.ts";

/**
 * Stages whose outs need not be there: they count as the lock has them, until a stage that has to run reads them. So a fresh
 * clone, which has what git keeps, is up to date without what is heavy.
 */
export class Spared {
  readonly #stages: ReadonlyMap<string, Stage>;
  /** Those whose outs have to be there after all. */
  readonly #required = new Set<string>();

  /** Spares some stages; none unless given. */
  constructor(stages: Iterable<Stage> = []) {
    this.#stages = new Map([...stages].map((stage) => [stage.name, stage]));
  }

  /** Whether a stage's outs need not be there. */
  has(name: string): boolean {
    return this.#stages.has(name) && !this.#required.has(name);
  }

  /** Whether a stage's outs needed not be there, but do now. */
  isRequired(name: string): boolean {
    return this.#required.has(name);
  }

  /** The stages, spared or required, that make what a dep names, or some of it, and have not yet. */
  makersOf(dep: Pick<Dep, "path" | "glob">): string[] {
    const isRead = readBy(dep);
    return [...this.#stages.values()].filter(({ outs }) =>
      outs.some((out) => isRead(out.path) && !existsSync(out.path))
    )
      .map(({ name }) => name);
  }

  /** Whether an absolute path is, or lies in, an out that is not there. */
  holds(path: string): boolean {
    if (this.#stages.size === 0) return false;
    return [...this.#stages.values()].some(({ outs }) =>
      outs.some((out) => isWithin(path, out.path) && !existsSync(out.path))
    );
  }

  /** From now on a stage's outs have to be there. */
  require(name: string): void {
    if (this.#stages.has(name)) this.#required.add(name);
  }
}

/**
 * The selected stages that are spared: each has a record and outs that are not on disk, all of which git ignores; and others
 * read what it leaves. What nobody reads is a result, which has to be there wherever git would have it.
 *
 * @param asked the stages whose outs are wanted for themselves
 * @param root absolute folder of the project
 */
export async function sparedStages(
  graph: Graph,
  selected: ReadonlySet<string>,
  asked: ReadonlySet<string>,
  lock: Lock,
  root: string,
): Promise<Spared> {
  const lacking = [...graph.stages.values()].flatMap((stage) => {
    const record = lock.stages.get(stage.name);
    const isRead = (graph.downstream.get(stage.name)?.size ?? 0) > 0;
    if (record === undefined || !isRead || !selected.has(stage.name) || asked.has(stage.name)) return [];
    const paths = stage.outs.filter(({ path }) => !existsSync(path)).map(({ path, relative }) => {
      // Patterns of git may be about folders alone, and git cannot see that this one was one.
      const isFolder = record.outs.some((out) => out.path === relative && out.kind === "directory");
      return isFolder ? `${path}/` : path;
    });
    return paths.length === 0 ? [] : [{ stage, paths }];
  });
  const ignored = await gitIgnored(lacking.flatMap(({ paths }) => paths), root);
  return new Spared(
    lacking.filter(({ paths }) => paths.every((path) => ignored.has(path))).map(({ stage }) => stage),
  );
}

/** The selected stages that a lock records, whatever git keeps of them and whoever reads it. */
export function recordedStages(graph: Graph, selected: ReadonlySet<string>, lock: Lock): Spared {
  return new Spared([...graph.stages.values()].filter(({ name }) => selected.has(name) && lock.stages.has(name)));
}
