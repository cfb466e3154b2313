import assert from "node:assert/strict";
import { studyFigures } from "../../../lib/figures/study_figures.ts";
import { sampleStudy } from "../sample_study.ts";

const textsOf = async (noises: readonly number[]) => {
  const study = await sampleStudy({ depths: [2, 4], noises, epochs: 3 });
  return Object.fromEntries(studyFigures(study).map(({ name, figure }) => [name, JSON.stringify(figure)]));
};

Deno.test("figures leave networks of shuffled labels out that are there for comparison, but for the depth over its threshold", async () => {
  const [plain, compared] = [await textsOf([0]), await textsOf([0, 1])];
  assert.deepEqual(Object.keys(compared), Object.keys(plain));
  for (const [name, text] of Object.entries(compared)) {
    if (name === "depth_curve") assert.match(text, /shuffled labels/);
    else assert.equal(text, plain[name], name);
    assert.doesNotMatch(text, /100 % label noise/, name);
  }
  assert.doesNotMatch(plain.depth_curve!, /"shuffled labels"/);
});

Deno.test("figures show networks of shuffled labels where the study varies label noise, or has no others", async () => {
  for (const noises of [[0, 0.5, 1], [1]]) {
    for (const [name, text] of Object.entries(await textsOf(noises))) assert.match(text, /100 % label noise/, name);
  }
});
