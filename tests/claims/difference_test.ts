import assert from "node:assert/strict";
import { differencesFromPaper, differenceText } from "../../lib/claims/difference.ts";
import { evaluateClaims } from "../../lib/claims/evaluation.ts";
import { figure1, figure2, noisyLabels, type PaperSetting } from "../../lib/claims/paper/settings.ts";
import { sampleStudy } from "../figures/sample_study.ts";
import { type SampleRun, sampleRun } from "./sample_run.ts";

const differences = (settings: readonly PaperSetting[], runs: readonly SampleRun[]) =>
  differencesFromPaper(settings, runs.map(sampleRun)).map(differenceText);

/** Figure 1 as the paper has it, of two seeds. */
const paper = (of: SampleRun = {}): SampleRun[] =>
  [2, 4, 8, 16].flatMap((depth) =>
    [0, 1].map((seed) => ({
      ...{ dataset: "cifar-10", depth, seed, epochs: 500, drops: [150, 225], trainAccuracy: depth < 4 ? 0.99 : 1 },
      ...of,
    }))
  );
const between = "train accuracy of 0.999 not reached: Depth 2 (0.9900)";

Deno.test("differencesFromPaper() finds none in the paper's own settings, but what leaves its minimal depth open", () => {
  assert.deepEqual(differences([figure1], [...paper(), ...paper({ depth: 3, trainAccuracy: 0.99 })]), [
    "train accuracy of 0.999 not reached: Depth 2 (0.9900), Depth 3 (0.9900)",
  ]);
  assert.deepEqual(differences([figure1], paper()), [
    "least depth that interpolates: 3 or 4 (in the paper 4)",
    between,
  ]);
});

Deno.test("differencesFromPaper() says each setting that is another, with the paper's", () => {
  const three = (of: SampleRun) =>
    differences([figure1], [...paper(of), ...paper({ ...of, depth: 3, trainAccuracy: 0.99 })]);
  const found = (of: SampleRun) => three(of).filter((text) => !text.startsWith("train accuracy"));
  assert.deepEqual(found({ dataset: "mnist" }), ["data set: MNIST (in the paper CIFAR-10)"]);
  assert.deepEqual(found({ width: 50 }), ["width: 50 (in the paper 100)"]);
  assert.deepEqual(found({ epochs: 20 }), ["epochs: 20 (in the paper 500)"]);
  assert.deepEqual(found({ drops: [] }), ["learning rate falls after epochs: none (in the paper 150, 225)"]);
  assert.deepEqual(found({ drops: null }), [], "without a history it is not known");
  assert.deepEqual(found({ variant: "loss mse, drops at 150/225" }), ["settings: loss mse"]);
  assert.deepEqual(found({ seed: 0 }), ["seeds: one, so that nothing is known of their spread"]);
});

Deno.test("differencesFromPaper() names depths that were left out, and the worst seed of what does not interpolate", () => {
  const without = paper().filter(({ depth }) => depth !== 16);
  assert.deepEqual(differences([figure1], without).slice(0, 1), ["depths: 2, 4, 8 (in the paper 2, 4, 8, 16)"]);
  const worse = paper({ trainAccuracy: 0.5 }).map((run) => ({ ...run, trainAccuracy: run.seed === 0 ? 0.9 : 0.8 }));
  assert.deepEqual(differences([figure1], worse), [
    "train accuracy of 0.999 not reached: Depth 2 (0.8000), Depth 4 (0.8000), Depth 8 (0.8000), Depth 16 (0.8000)",
  ]);
});

Deno.test("differencesFromPaper() compares with the figure of the study's own kind of model, where the claim has one", () => {
  const residual = [0, 1].map((seed) => ({ model: "resnet18", width: 4, depth: 4, seed, epochs: 4, drops: [2, 3] }));
  const narrow = ["width: 4 (in the paper 64)", "learning rate falls after epochs: 2, 3 (in the paper 60, 120, 160)"];
  assert.deepEqual(differences([figure1, figure2], residual), narrow);
  assert.deepEqual(differences([figure1], residual).slice(0, 2), [
    "data set: MNIST (in the paper CIFAR-10)",
    "model: ResNet18 (in the paper MLP)",
  ]);
});

Deno.test("differencesFromPaper() says which shares of label noise there are, where some of the paper's are not", () => {
  const noisy = (...shares: number[]) =>
    differences(
      [noisyLabels],
      shares.flatMap((labelNoise) => [0, 1].map((seed) => ({ ...paper()[0], seed, labelNoise, trainAccuracy: 1 }))),
    );
  assert.deepEqual(noisy(0, 0.5), ["label noise: 0, 50 % (in the paper 0, 25, 50, 75 %)"]);
  assert.deepEqual(noisy(0, 0.25, 0.5, 0.75), []);
});

Deno.test("the verdicts of a study have what differs in its tables, and none where nothing was judged", async () => {
  const { claims, profile } = evaluateClaims(await sampleStudy({ depths: [2, 4], epochs: 20 }), "as written");
  assert.equal(profile, "as written");
  for (const { verdict, differs, name } of claims) {
    if (verdict === "not applicable") assert.deepEqual(differs, [], name);
    else assert.ok(differs.some(({ setting }) => setting === "learning rate falls after epochs"), name);
  }
  const first = claims[0]!.differs.find(({ setting }) => setting === "epochs");
  assert.deepEqual(first, { setting: "epochs", here: "20", paper: "500" });
});
