import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Workspace } from "../../../lib/pipeline/store/workspace.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "workspace-" });
  try {
    await test(await Deno.realPath(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Workspace.open() takes the nearest folder with .git or .pipeline for the root, else the given one", () =>
  inFolder(async (folder) => {
    const inner = join(folder, "studies/one");
    mkdirSync(inner, { recursive: true });
    mkdirSync(join(folder, ".git"));
    using outer = await Workspace.open(inner);
    assert.equal(outer.root, folder);
    mkdirSync(join(inner, ".pipeline"));
    using own = await Workspace.open(inner);
    assert.equal(own.root, inner);
  }));

Deno.test("Workspace.open() makes a folder that git leaves alone", () =>
  inFolder(async (folder) => {
    const git = async (...args: string[]) => {
      const { code, stdout } = await new Deno.Command("git", { args: ["-C", folder, ...args], stderr: "null" })
        .output();
      assert.equal(code, 0);
      return new TextDecoder().decode(stdout);
    };
    await git("init", "-q");
    using _workspace = await Workspace.open(folder);
    writeFileSync(join(folder, "seen.txt"), "");
    assert.equal(await git("status", "--porcelain", "--untracked-files=all"), "?? seen.txt\n");
  }));
