import assert from "node:assert/strict";
import { evaluate, evaluateClaims } from "../../lib/claims/evaluation.ts";
import { lastLayerCollapses } from "../../lib/claims/paper/last_layer_collapses.ts";
import { paperClaims } from "../../lib/claims/paper/claims.ts";
import type { Row } from "../../lib/formats/table.ts";
import { sampleStudy } from "../figures/sample_study.ts";
import { type SampleRun, sampleRun } from "./sample_run.ts";

const collapsed = (seed: number): SampleRun => ({ depth: 2, seed, cdnv: [1, 0.1] });
const open = (seed: number): SampleRun => ({ depth: 2, seed, cdnv: [1, 3] });
const overall = (...runs: readonly SampleRun[]) => evaluate(lastLayerCollapses, runs.map(sampleRun));

Deno.test("over seeds a claim holds or fails where it does in all of them, with a sign test", () => {
  const [all] = overall(...[0, 1, 2].map(collapsed)).subjects;
  assert.deepEqual([all!.verdict, all!.holds, all!.fails, all!.sign_test], ["holds", 3, 0, 0.125]);
  const [mixed] = overall(collapsed(0), collapsed(1), open(2)).subjects;
  assert.deepEqual([mixed!.verdict, mixed!.holds, mixed!.fails, mixed!.sign_test], ["undecided", 2, 1, 0.5]);
  const [none] = overall(open(0), open(1)).subjects;
  assert.deepEqual([none!.verdict, none!.sign_test], ["fails", 1]);
});

Deno.test("a claim fails where it does for one network, and tells the weakest case", () => {
  const { verdict, observed, subjects } = overall(collapsed(0), { depth: 4, cdnv: [1, 1, 1, 3] });
  assert.deepEqual([verdict, observed], ["fails", "Depth 4: from 4 to 3"]);
  assert.deepEqual(subjects.map(({ verdict }) => verdict), ["holds", "fails"]);
  assert.equal(overall(collapsed(0), { ...collapsed(1), depth: 4 }).verdict, "holds");
});

Deno.test("evaluateClaims() judges every claim by the tables of a study, and names what a study lacks", async () => {
  const { claims } = evaluateClaims(await sampleStudy({ depths: [2, 4, 8], seeds: [0, 1] }));
  assert.deepEqual(claims.map(({ name }) => name), paperClaims.map(({ name }) => name));
  assert.equal(new Set(claims.map(({ name }) => name)).size, claims.length);
  const verdicts = Object.fromEntries(claims.map(({ name, verdict }) => [name, verdict]));
  assert.equal(verdicts["last-layer-collapses"], "holds");
  assert.equal(verdicts["effective-depth-grows-with-noise"], "not applicable");
  for (const { subjects } of claims.filter(({ verdict }) => verdict !== "not applicable")) {
    for (const { seeds } of subjects) assert.deepEqual(seeds.map(({ seed }) => seed), [0, 1]);
  }
});

Deno.test("evaluateClaims() takes the last layer after the last epoch, from the tables", async () => {
  const study = await sampleStudy({ depths: [2], epochs: 3 });
  const [first] = evaluateClaims(study).claims[0]!.subjects[0]!.seeds;
  const cdnv = (epoch: number) =>
    study.cdnv.find((row) => row.epoch === epoch && row.layer === 2 && row.split === "train")!.cdnv;
  assert.deepEqual(first!.evidence, { cdnv_untrained: cdnv(0), cdnv: cdnv(3) });
});

Deno.test("evaluateClaims() passes over networks whose labels were all replaced", async () => {
  const { claims } = evaluateClaims(await sampleStudy({ depths: [4], noises: [0, 0.5, 1], epochs: 3 }));
  for (const { subjects } of claims) {
    for (const { subject } of subjects) assert.doesNotMatch(subject, /100 %/);
  }
  const growth = claims.find(({ name }) => name === "effective-depth-grows-with-noise")!;
  assert.deepEqual(growth.subjects[0]!.seeds[0]!.evidence.label_noise, [0, 0.5]);
});

Deno.test("evaluateClaims() finds the untrained network, and that of the same seed and depth which learned shuffled labels", async () => {
  const study = await sampleStudy({ depths: [2, 4, 8], noises: [0, 1], epochs: 20 }, (tables) => {
    for (const rows of Object.values(tables)) {
      rows.splice(0, rows.length, ...rows.filter((row: Row) => row.label_noise === 0 || row.depth === 8));
    }
    for (const row of tables.history) if (row.epoch === 20) row.train_accuracy = 1;
  });
  const { claims } = evaluateClaims(study);
  const { subjects } = claims.find(({ name }) => name === "effective-depth-constant")!;
  const { evidence } = subjects[0]!.seeds[0]!;
  const depths = (epoch: number, labelNoise: number) =>
    [4, 8].map((depth) =>
      study.depth.find((row) =>
        row.depth === depth && row.epoch === epoch && row.labelNoise === labelNoise && row.definition === "cdnv"
      )?.effectiveDepth
    );
  assert.deepEqual(evidence.depths, [4, 8]);
  assert.deepEqual(evidence.untrained_effective_depths, depths(0, 0));
  assert.deepEqual(evidence.shuffled_depths, [8]);
  assert.deepEqual(evidence.shuffled_effective_depths, depths(20, 1).slice(1));
});

Deno.test("a study that was not trained has nothing that a claim is about", async () => {
  const { claims } = evaluateClaims(await sampleStudy({ depths: [2, 4], epochs: 3, snapshots: [0], probes: [0] }));
  assert.deepEqual([...new Set(claims.map(({ verdict }) => verdict))], ["not applicable"]);
});
