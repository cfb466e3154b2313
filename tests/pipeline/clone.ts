import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { S3_CREDENTIALS } from "./remote/servers.ts";
import type { Finished, Project, Running } from "./rig.ts";

/** A git repository in a folder of a project. */
export class Clone {
  constructor(readonly room: Project, readonly folder: string) {}

  async run(...inputs: string[]): Promise<Finished> {
    return await this.start(...inputs).finish();
  }

  start(...inputs: string[]): Running {
    return this.room.startIn(this.folder, { PIPELINE_REMOTE_PATIENCE: "2,5", ...S3_CREDENTIALS }, ...inputs);
  }

  /** Runs git: what it prints. */
  async git(...args: string[]): Promise<string> {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [...identity, ...args],
      cwd: this.path("."),
    })
      .output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  path(path: string): string {
    return this.room.path(join(this.folder, path));
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** What ran here. */
  ran(): string[] {
    try {
      return this.read(".git/log").split("\n").filter((line) => line !== "");
    } catch {
      return [];
    }
  }

  /** Another clone of this one, beside it. */
  async clone(folder: string): Promise<Clone> {
    await this.git("clone", "--quiet", this.path("."), this.room.path(folder));
    return new Clone(this.room, folder);
  }
}

/** What a command line said; fails where it did not end well. */
export function succeeded(finished: Finished): Finished {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  return finished;
}
