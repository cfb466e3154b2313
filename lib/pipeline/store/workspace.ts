import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Blobs } from "./blobs.ts";
import { Digests } from "./digests.ts";
import { IndexDatabase } from "./index_database.ts";
import { Results } from "./results.ts";
import { States } from "./states.ts";

/** The `.pipeline` folder at the root of a project, which serves every pipeline file below it. */
export class Workspace implements Disposable {
  /** The nearest folder from the given one up that has `.git` or `.pipeline`, else the given one; absolute. */
  readonly root: string;
  /** `<root>/.pipeline`. */
  readonly folder: string;
  /** Records of runs. */
  readonly runs: string;
  /** For what is not complete; on the file system of the cache. */
  readonly temporary: string;
  /** What is remembered between runs. */
  readonly index: IndexDatabase;
  /** Digests of files and folders. */
  readonly digests: Digests;
  /** The contents of outs. */
  readonly blobs: Blobs;
  /** The run cache. */
  readonly results: Results;
  /** What stages that resume keep between attempts. */
  readonly states: States;

  private constructor(root: string) {
    this.root = root;
    this.folder = join(root, ".pipeline");
    this.runs = join(this.folder, "runs");
    this.temporary = join(this.folder, "tmp");
    const cas = join(this.folder, "cache", "cas");
    const ac = join(this.folder, "cache", "ac");
    const state = join(this.folder, "state");
    for (const folder of [this.runs, this.temporary, cas, ac, state]) mkdirSync(folder, { recursive: true });
    // Git leaves the folder alone without a line in the project's own list.
    const ignored = join(this.folder, ".gitignore");
    if (!existsSync(ignored)) writeFileSync(ignored, "*\n");
    this.index = IndexDatabase.open(join(this.folder, "index.sqlite"));
    this.digests = new Digests(this.index);
    this.blobs = new Blobs(cas, this.temporary);
    this.results = new Results(ac, this.temporary, this.blobs);
    this.states = new States(state);
  }

  /** Opens the workspace of a folder, and makes it where there is none. */
  static async open(folder: string): Promise<Workspace> {
    return await Promise.resolve(new Workspace(rootOf(resolve(folder))));
  }

  /** Closes the index, and ends what helped to read. */
  dispose(): void {
    this.digests[Symbol.dispose]();
    this.index[Symbol.dispose]();
  }

  /** The same, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function rootOf(folder: string): string {
  for (let candidate = folder;; candidate = dirname(candidate)) {
    if (existsSync(join(candidate, ".git")) || existsSync(join(candidate, ".pipeline"))) return candidate;
    if (candidate === dirname(candidate)) return folder;
  }
}
