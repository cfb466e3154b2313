import { dirname } from "node:path";
import { concerns, type Inputs } from "./inputs.ts";

/** Milliseconds without a further change after which a change counts as complete: an editor writes in steps. */
const QUIET_MS = 200;
/** Milliseconds after which changes are taken up even where they do not stop. */
const LONGEST_MS = 5000;

/** Notices changes of inputs. */
export class Watcher implements Disposable {
  /** What is watched. */
  readonly inputs: Inputs;
  readonly #watchers: readonly Deno.FsWatcher[];
  readonly #changed = new Set<string>();
  #notify = Promise.withResolvers<void>();

  /** Watches from now on, until it is disposed of. */
  constructor(inputs: Inputs) {
    this.inputs = inputs;
    // Editors replace files, so that their folders are watched; one that is not there yet cannot be.
    const around = existing(new Set([...inputs.files].map((path) => dirname(path))));
    const inside = existing(inputs.folders);
    this.#watchers = [
      ...around.length === 0 ? [] : [Deno.watchFs(around, { recursive: false })],
      ...inside.length === 0 ? [] : [Deno.watchFs(inside, { recursive: true })],
    ];
    for (const watcher of this.#watchers) this.#listen(watcher);
  }

  /**
   * Waits for changes, and until there are no more for a moment.
   *
   * @returns absolute paths of what changed
   */
  async changes(): Promise<string[]> {
    if (this.#changed.size === 0) await this.#notify.promise;
    for (const begun = performance.now(); performance.now() - begun < LONGEST_MS;) {
      this.#notify = Promise.withResolvers();
      const more = await Promise.race([
        this.#notify.promise.then(() => true),
        new Promise<false>((resolve) => setTimeout(() => resolve(false), QUIET_MS)),
      ]);
      if (!more) break;
    }
    const paths = [...this.#changed].sort();
    this.#changed.clear();
    return paths;
  }

  /** Takes over changes that another one noticed, which is disposed of after this one began. */
  takeOver(other: Watcher): void {
    for (const path of other.#changed) this.#changed.add(path);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    for await (const { kind, paths } of watcher) {
      if (kind === "access") continue;
      const found = paths.filter((path) => concerns(this.inputs, path));
      for (const path of found) this.#changed.add(path);
      if (found.length > 0) this.#notify.resolve();
    }
  }

  /** Watches no longer. */
  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}

function existing(folders: ReadonlySet<string>): string[] {
  return [...folders].filter((folder) => {
    try {
      return Deno.statSync(folder).isDirectory;
    } catch {
      return false;
    }
  });
}
