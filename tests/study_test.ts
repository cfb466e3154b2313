import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readClaims } from "../lib/claims/document.ts";
import { readSafetensors } from "../lib/formats/safetensors.ts";
import { readTable } from "../lib/formats/table.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** The default study made small: one network of two narrow layers, two epochs, on all of MNIST. */
const STUDY = `extends: ../../pipeline.yaml
vars:
  - networks: { depth: [2] }
    width: 10
    epochs: 2
    batch: 256
    snapshots: { at: [0, 2] }
    probe: { epochs: last, sgd: { lr: 0.1, batch: 256 }, converged: { tolerance: 1e-2 } }
stages:
  features:
    with: { save: [{ epoch: 2, layer: 1 }, { epoch: 2, layer: 2 }] }
    outs: { embeddings: "outputs/mlp-\${key}/embeddings" }
`;

/** A copy of the project with the small study, and how to run and edit it. */
class Copy implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async create(): Promise<Copy> {
    const folder = await Deno.makeTempDir({ prefix: "mindepth-study-" });
    mkdirSync(join(folder, ".git"));
    for (const name of ["deno.json", "deno.lock", "pipeline.yaml", "lib", "stages"]) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    mkdirSync(join(folder, "studies/small"), { recursive: true });
    const copy = new Copy(folder);
    writeFileSync(copy.path("pipeline.yaml"), STUDY);
    return copy;
  }

  /** A path in the study's folder. */
  path(name: string): string {
    return join(this.folder, "studies/small", name);
  }

  /** Replaces a text of a file of the project. */
  edit(file: string, from: string, to: string): void {
    const text = readFileSync(join(this.folder, file), "utf8");
    assert.ok(text.includes(from), `${file} has no ${from}`);
    writeFileSync(join(this.folder, file), text.replace(from, to));
  }

  /** Runs `repro` on the study: which stages ran, and the last line. */
  async repro(): Promise<{ ran: string[]; summary: string }> {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(this.folder, "lib/pipeline/cli.ts"), "repro", "studies/small"],
      cwd: this.folder,
      env: { NO_COLOR: "1" },
    });
    const { code, stdout, stderr } = await command.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, text + new TextDecoder().decode(stderr));
    const ran = [...text.matchAll(/^(\S+) finished in /gm)].map(([, name]) => name!);
    return { ran: ran.sort(), summary: text.trimEnd().split("\n").at(-1)! };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("a small study of real images runs, and afterwards each edit runs what it makes stale and no more", async () => {
  await using study = await Copy.create();
  const all = ["cdnv@2", "claims", "features@2", "fetch@mnist", "plot", "probe@2", "train@2"];
  const learned = ["cdnv@2", "claims", "features@2", "plot", "probe@2", "train@2"];
  assert.deepEqual((await study.repro()).ran, all);
  for (const name of ["figure1", "figure2", "effective_depth"]) {
    for (const kind of ["vl.json", "svg", "png"]) assert.ok(existsSync(study.path(`outputs/figures/${name}.${kind}`)));
  }
  assert.ok(readdirSync(study.path("outputs/tables")).includes("summary.csv"));
  assert.match(readFileSync(study.path("outputs/report.html"), "utf8"), /<h2 id="claims">/);
  const { claims } = await readClaims(study.path("outputs/claims.json"));
  assert.equal(claims.find(({ name }) => name === "last-layer-collapses")!.subjects[0]!.subject, "Depth 2");
  await cdnvAgrees(study);

  const nothing = async () => {
    const { ran, summary } = await study.repro();
    assert.deepEqual(ran, []);
    return summary;
  };
  assert.match(await nothing(), /^7 unchanged/);

  study.edit("lib/figures/theme.ts", "\n", "\n// A comment, and types and spaces, are no part of a fingerprint.\n\n");
  study.edit("lib/nn/loss.ts", "\n", "\n/** Another comment. */\ntype Nothing = never;\n");
  assert.match(await nothing(), /^7 unchanged/);

  study.edit("lib/figures/figure1.ts", "Figure 1: CDNV", "Figure 1: the CDNV");
  assert.deepEqual((await study.repro()).ran, ["plot"]);
  study.edit("lib/figures/figure1.ts", "Figure 1: the CDNV", "Figure 1: CDNV");
  assert.match(await nothing(), /^1 restored, 6 unchanged/);

  study.edit("studies/small/pipeline.yaml", "sgd: { lr: 0.1", "sgd: { lr: 0.05");
  assert.deepEqual((await study.repro()).ran, ["claims", "plot", "probe@2"]);
  study.edit("studies/small/pipeline.yaml", "sgd: { lr: 0.05", "sgd: { lr: 0.1");
  assert.match(await nothing(), /^3 restored, 4 unchanged/);

  study.edit("studies/small/pipeline.yaml", "epochs: 2\n", "epochs: 3\n");
  assert.deepEqual((await study.repro()).ran, learned);
  study.edit("studies/small/pipeline.yaml", "epochs: 3\n", "epochs: 2\n");
  assert.match(await nothing(), /^6 restored, 1 unchanged/);
});

/** The table's CDNV and that of two plain passes in float64 over the features that the study kept agree to 1e-9. */
async function cdnvAgrees(study: Copy): Promise<void> {
  const table = await readTable(study.path("outputs/mlp-2/cdnv.csv"));
  for (const layer of [1, 2]) {
    const file = study.path(`outputs/mlp-2/embeddings/epoch-0002-layer-${layer}.safetensors`);
    const { tensors } = await readSafetensors(file);
    for (const split of ["train", "test"]) {
      const { data, shape: [count, size] } = tensors[split]!;
      const labels = tensors[`${split}_labels`]!.data as Int32Array;
      const expected = twoPassCdnv(data as Float32Array, labels, count!, size!);
      const row = table.find((row) => row.epoch === 2 && row.layer === layer && row.split === split)!;
      assert.ok(Math.abs(Number(row.cdnv) / expected - 1) < 1e-9, `layer ${layer}, ${split}: ${row.cdnv}, ${expected}`);
    }
  }
}

/** CDNV by its definition (arXiv 2202.09028, section 2): means first, then variances, all in float64. */
function twoPassCdnv(features: Float32Array, labels: Int32Array, count: number, size: number): number {
  const classes = 10;
  const counts = new Float64Array(classes);
  const means = Array.from({ length: classes }, () => new Float64Array(size));
  for (let row = 0; row < count; row++) {
    const label = labels[row]!;
    counts[label]!++;
    for (let unit = 0; unit < size; unit++) means[label]![unit]! += features[row * size + unit]!;
  }
  means.forEach((mean, label) => mean.forEach((sum, unit) => mean[unit] = sum / counts[label]!));
  const variances = new Float64Array(classes);
  for (let row = 0; row < count; row++) {
    const label = labels[row]!;
    for (let unit = 0; unit < size; unit++) {
      variances[label]! += (features[row * size + unit]! - means[label]![unit]!) ** 2 / counts[label]!;
    }
  }
  let sum = 0;
  for (let one = 0; one < classes; one++) {
    for (let other = 0; other < one; other++) {
      const distance = means[one]!.reduce((total, value, unit) => total + (value - means[other]![unit]!) ** 2, 0);
      sum += (variances[one]! + variances[other]!) / (2 * distance);
    }
  }
  return sum / (classes * (classes - 1) / 2);
}
