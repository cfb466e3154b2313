import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTable } from "../lib/formats/table.ts";
import { writeStudy } from "./figures/comparison/sample_studies.ts";
import type { SampleStudy } from "./figures/sample_tables.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** In place of the studies that studies/comparison reads. */
const studies: Readonly<Record<string, SampleStudy>> = {
  "default": { depths: [2, 4], epochs: 2 },
  "figure1/reduced": { depths: [2, 4], seeds: [0, 1, 2], epochs: 2 },
  "figure2/reduced": { depths: [4], datasets: ["mnist", "fashion-mnist"], variants: ["residual"], epochs: 2 },
  "label-noise/reduced": { depths: [8], noises: [0, 0.5], seeds: [0, 1], epochs: 2 },
};

Deno.test("studies/comparison reads the tables of other studies and trains nothing; a changed table makes it stale", async () => {
  const folder = await Deno.makeTempDir({ prefix: "mindepth-comparison-" });
  try {
    mkdirSync(join(folder, ".git"));
    for (const name of ["deno.json", "deno.lock", "stages", "lib", "studies/comparison/pipeline.yaml"]) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    const outputs = (name: string) => join(folder, name === "default" ? "." : `studies/${name}`, "outputs");
    for (const [name, study] of Object.entries(studies)) await writeStudy(outputs(name), study, `profile of ${name}`);

    const repro = async () => {
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", join(folder, "lib/pipeline/cli.ts"), "repro", "studies/comparison"],
        cwd: folder,
        env: { NO_COLOR: "1" },
      });
      const { code, stdout, stderr } = await command.output();
      const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, text);
      return text;
    };
    assert.match(await repro(), /^1 ran in /m);
    const compared = join(folder, "studies/comparison/outputs");
    const networks = await readTable(join(compared, "tables/networks.csv"));
    assert.deepEqual([...new Set(networks.map(({ study }) => study))], Object.keys(studies));
    const verdicts = await readTable(join(compared, "tables/verdicts.csv"));
    assert.deepEqual([...new Set(verdicts.map(({ study }) => study))], Object.keys(studies));
    assert.match(readFileSync(join(compared, "report.html"), "utf8"), /profile of label-noise\/reduced/);

    assert.match(await repro(), /^1 unchanged/m);
    const table = join(outputs("label-noise/reduced"), "tables/history.csv");
    writeFileSync(table, readFileSync(table, "utf8").replace(/\d\n$/, "\n"));
    assert.match(await repro(), /compare runs: \.\.\/label-noise\/reduced\/outputs\/tables changed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
