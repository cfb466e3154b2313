import assert from "node:assert/strict";
import { cpSync, existsSync, globSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Clone, succeeded } from "./pipeline/clone.ts";
import { startS3 } from "./pipeline/remote/servers.ts";
import { Project } from "./pipeline/rig.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** How the default study counts. */
const STAGES = 19;

/** What git does not keep of it: images and weights. */
const HEAVY = "{data,outputs/*/snapshots}";

/** How many stages leave that. */
const HEAVY_STAGES = 5;

/** `deno task test:remotes`: the study takes two minutes where the project's cache does not have it. */
const isWanted = Deno.env.get("REMOTES") === "all";

Deno.test({
  name: "the default study from a fresh clone and a remote: the committed figures, and nothing is computed",
  ignore: !isWanted,
  async fn(test) {
    await using bucket = await startS3();
    await using room = await Project.create();
    const root = new Clone(room, "here");
    await new Clone(room, ".").git("clone", "--quiet", ROOT, root.path("."));
    if (existsSync(join(ROOT, ".pipeline/cache"))) {
      cpSync(join(ROOT, ".pipeline/cache"), root.path(".pipeline/cache"), { recursive: true });
    }
    succeeded(await root.run("repro"));
    const remotes = `{ shared: ../shared, bucket: { url: "s3://results/study", endpoint: "${bucket.url}" } }`;
    writeFileSync(root.path("pipeline.yaml"), `${root.read("pipeline.yaml")}\nremotes: ${remotes}\n`);
    // Another kind of CPU trains other weights, and then other figures are those that are committed here.
    await root.git("commit", "--quiet", "--all", "--message", "remotes");
    const { stdout } = succeeded(await root.run("push"));
    for (const name of ["shared", "bucket"]) {
      assert.match(stdout, new RegExp(`^${name}: ${STAGES} results pushed`, "m"));
    }

    /** A fresh clone that knows one remote alone. */
    const clone = async (name: string, folder: string): Promise<Clone> => {
      const fresh = await root.clone(folder);
      const other = name === "shared" ? /, bucket: \{.*?\}/ : /shared: \S+ /;
      writeFileSync(fresh.path("pipeline.yaml"), fresh.read("pipeline.yaml").replace(other, ""));
      return fresh;
    };
    const isAsCommitted = async (fresh: Clone): Promise<void> =>
      assert.equal(await fresh.git("status", "--porcelain", "--", "outputs", "pipeline.lock"), "");

    for (const name of ["shared", "bucket"]) {
      await test.step(`${name}: with --allow-missing nothing is needed, and nothing comes`, async () => {
        const fresh = await clone(name, `${name}-sparing`);
        const { stdout, ran, restored } = succeeded(await fresh.run("repro", "--pull", "--allow-missing"));
        assert.match(stdout, new RegExp(`^${STAGES - HEAVY_STAGES} unchanged, ${HEAVY_STAGES} absent in `, "m"));
        assert.match(stdout, /^ {2}to have them from a remote: .* repro --pull .*fetch train$/m);
        assert.deepEqual([ran, restored], [[], []]);
        assert.deepEqual(globSync(`{${HEAVY},.pipeline/cache/*/*/*}`, { cwd: fresh.path(".") }), []);
        await isAsCommitted(fresh);
      });
      await test.step(`${name}: without any output, all of them come as they were`, async () => {
        const fresh = await clone(name, `${name}-bare`);
        rmSync(fresh.path("outputs"), { recursive: true });
        const { ran, restored } = succeeded(await fresh.run("repro", "--pull"));
        assert.deepEqual(ran, []);
        assert.equal(restored.length, STAGES);
        assert.ok(existsSync(fresh.path("outputs/figures/figure1.png")));
        await isAsCommitted(fresh);
      });
      await test.step(`${name}: pull brings what git does not keep`, async () => {
        const fresh = await clone(name, `${name}-pulled`);
        assert.match(succeeded(await fresh.run("pull")).stdout, new RegExp(`^${HEAVY_STAGES} results fetched`, "m"));
        assert.deepEqual(
          globSync(`${HEAVY}/*`, { cwd: fresh.path(".") }).toSorted(),
          globSync(`${HEAVY}/*`, { cwd: root.path(".") }).toSorted(),
        );
        const { stdout } = succeeded(await fresh.run("status"));
        assert.match(stdout, new RegExp(`^All ${STAGES} stages are up to date`));
        await isAsCommitted(fresh);
      });
    }
    await test.step("where the captions alone change, figures are drawn anew and no weights come", async () => {
      const fresh = await clone("shared", "captions");
      const pipeline = fresh.read("pipeline.yaml");
      writeFileSync(fresh.path("pipeline.yaml"), pipeline.replace("machine: 2 cores", "machine: two cores"));
      const { ran } = succeeded(await fresh.run("repro", "--pull", "--allow-missing"));
      assert.deepEqual(ran, ["plot"]);
      assert.deepEqual(globSync(HEAVY, { cwd: fresh.path(".") }), []);
      assert.match(fresh.read("outputs/report.html"), /two cores/);
    });
  },
});
