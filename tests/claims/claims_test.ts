import assert from "node:assert/strict";
import type { Claim } from "../../lib/claims/claim.ts";
import { evaluate } from "../../lib/claims/evaluation.ts";
import { collapseCarriesOver } from "../../lib/claims/paper/collapse_carries_over.ts";
import { collapsedLayersMatchNetwork } from "../../lib/claims/paper/collapsed_layers_match_network.ts";
import { collapsedLayersNccSeparable } from "../../lib/claims/paper/collapsed_layers_ncc_separable.ts";
import { collapseStrengthensByLayer } from "../../lib/claims/paper/collapse_strengthens_by_layer.ts";
import { deeperNetworksCollapseFurther } from "../../lib/claims/paper/deeper_networks_collapse_further.ts";
import { effectiveDepthConstant } from "../../lib/claims/paper/effective_depth_constant.ts";
import { effectiveDepthGrowsWithNoise } from "../../lib/claims/paper/effective_depth_grows_with_noise.ts";
import { effectiveDepthMinimal } from "../../lib/claims/paper/effective_depth_minimal.ts";
import { intermediateLayersCollapse } from "../../lib/claims/paper/intermediate_layers_collapse.ts";
import { lastLayerCollapses } from "../../lib/claims/paper/last_layer_collapses.ts";
import { type SampleRun, sampleRun } from "./sample_run.ts";

/** The verdict on a claim, with its margin in three digits and what was found. */
function judged(claim: Claim, ...runs: readonly SampleRun[]): [string, number | null, string] {
  const { verdict, margin, observed } = evaluate(claim, runs.map(sampleRun));
  return [verdict, margin === null ? null : Number(margin.toPrecision(3)), observed];
}

Deno.test("last-layer-collapses holds where CDNV falls by a factor of two, and fails where it does not", () => {
  const last = (cdnv: number) => judged(lastLayerCollapses, { cdnv: [3, cdnv], untrained: 4 });
  assert.deepEqual(last(0.02), ["holds", 2, "Depth 8: from 4 to 0.02"]);
  assert.deepEqual(last(2).slice(0, 2), ["holds", 0]);
  assert.deepEqual(last(3).slice(0, 2), ["fails", -0.176]);
});

Deno.test("claims about CDNV are not applicable where it has no value", () => {
  for (const claim of [lastLayerCollapses, collapseCarriesOver, collapseStrengthensByLayer]) {
    assert.equal(judged(claim, { cdnv: [3, null], effectiveDepth: { cdnv: null } })[0], "not applicable", claim.name);
  }
  assert.deepEqual(judged(lastLayerCollapses, { cdnv: [] }), [
    "not applicable",
    null,
    "It needs a snapshot before training and one after it",
  ]);
});

Deno.test("intermediate-layers-collapse judges the deepest network, whose layers must also have fallen", () => {
  const deepest = (cdnv: number[], untrained = 4) =>
    judged(intermediateLayersCollapse, { depth: 2, cdnv: [1, 0.1] }, { depth: 4, cdnv, untrained });
  assert.deepEqual(deepest([1, 0.3, 0.02, 0.02]), [
    "holds",
    0.301,
    "All depths: depth 4: 0.02 in layer 3 (4 before training), 0.02 in the last",
  ]);
  assert.deepEqual(deepest([1, 0.3, 0.08, 0.02]).slice(0, 2), ["fails", -0.301]);
  assert.deepEqual(deepest([4, 4, 4, 4]).slice(0, 2), ["fails", -0.301], "an untrained network");
  assert.equal(judged(intermediateLayersCollapse, { depth: 4 })[0], "not applicable");
});

Deno.test("collapse-strengthens-by-layer holds for any order among the collapsed layers", () => {
  const layers = (cdnv: number[]) => judged(collapseStrengthensByLayer, { cdnv, effectiveDepth: { cdnv: 2 } });
  assert.deepEqual(layers([1, 0.5, 0.2, 0.19, 0.21]), ["holds", 0.301, "Depth 8: least from layer 1 to 2: 1 to 0.5"]);
  assert.equal(layers([1, 1.1, 0.2, 0.2, 0.2])[0], "fails");
  assert.equal(judged(collapseStrengthensByLayer, { effectiveDepth: { cdnv: 0 } })[0], "not applicable");
});

Deno.test("deeper-networks-collapse-further counts pairs of depths", () => {
  const ends = (...ends: number[]) =>
    judged(
      deeperNetworksCollapseFurther,
      ...ends.map((end, index) => ({ depth: 2 ** (index + 1), cdnv: [1, end] })),
    );
  assert.deepEqual(ends(0.16, 0.04, 0.05), [
    "holds",
    0.167,
    "All depths: 0.16 at depth 2, 0.04 at depth 4, 0.05 at depth 8",
  ]);
  assert.deepEqual(ends(0.04, 0.16, 0.05).slice(0, 2), ["fails", -0.167]);
  assert.equal(ends(0.2, 0.1, 0.3, 0.15)[0], "undecided");
  assert.equal(ends(0.2, 0.1)[0], "not applicable");
});

/** Networks of these depths, with their effective depths by both definitions; those from `minimal` on interpolate. */
function networks(depths: Record<number, number | null>, minimal: number, seed = 0): SampleRun[] {
  return Object.entries(depths).map(([depth, effective]) => ({
    depth: Number(depth),
    seed,
    trainAccuracy: Number(depth) >= minimal ? 0.9995 : 0.99,
    effectiveDepth: { cdnv: effective, ncc: effective },
  }));
}

Deno.test("effective-depth-constant compares the networks deeper than the least that interpolates", () => {
  const constant = (depths: Record<number, number | null>) => judged(effectiveDepthConstant, ...networks(depths, 4));
  assert.deepEqual(constant({ 2: 1, 4: 3, 6: 4, 8: 4, 16: 5 }), [
    "holds",
    0,
    "All depths, by CDNV: minimal depth 3 or 4; 4 at depth 6, 4 at depth 8, 5 at depth 16",
  ]);
  assert.deepEqual(constant({ 4: 3, 6: 4, 8: 4, 16: 7 }).slice(0, 2), ["fails", -2]);
  assert.deepEqual(constant({ 4: 3, 8: 4, 16: null }), [
    "fails",
    -12,
    "All depths, by CDNV: minimal depth 1 to 4; 4 at depth 8, none at depth 16",
  ]);
  assert.equal(constant({ 2: 1, 4: 3, 6: 4 })[0], "not applicable", "one network alone is deeper");
  const none = judged(effectiveDepthConstant, ...networks({ 4: 3, 6: 4, 8: 4 }, 99));
  assert.equal(none[0], "not applicable", "no network interpolates");
});

Deno.test("effective-depth-minimal holds for the least depth that interpolates alone", () => {
  const minimal = (depths: Record<number, number | null>) => judged(effectiveDepthMinimal, ...networks(depths, 4));
  assert.deepEqual(minimal({ 3: 2, 4: 3, 8: 4 }), ["holds", 1, "Depth 8, by CDNV: effective depth 4, minimal depth 4"]);
  assert.deepEqual(minimal({ 3: 2, 4: 3, 8: 5 }).slice(0, 2), ["undecided", 0]);
  assert.deepEqual(minimal({ 3: 2, 4: 3, 8: 6 }).slice(0, 2), ["fails", -1]);
  assert.deepEqual(minimal({ 3: 2, 4: 3, 8: 2 }).slice(0, 2), ["fails", -1]);
});

Deno.test("effective-depth-minimal is undecided where depths were left out, unless no depth would do", () => {
  const minimal = (depths: Record<number, number | null>) => judged(effectiveDepthMinimal, ...networks(depths, 4));
  assert.deepEqual(minimal({ 2: 1, 4: 3, 8: 4 }), [
    "undecided",
    1,
    "Depth 8, by CDNV: effective depth 4, minimal depth 3 or 4",
  ]);
  assert.equal(minimal({ 2: 1, 4: 3, 8: 6 })[0], "fails");
});

Deno.test("effective-depth-grows-with-noise holds for growth alone, and is undecided where it falls in between", () => {
  const noisy = (...effective: (number | null)[]) =>
    judged(
      effectiveDepthGrowsWithNoise,
      ...effective.map((depth, index) => ({ labelNoise: 0.25 * index, effectiveDepth: { cdnv: depth, ncc: depth } })),
    );
  assert.deepEqual(noisy(3, 3, 5), [
    "holds",
    1,
    "All shares of label noise, by CDNV: 3 at 0 %, 3 at 25 %, 5 at 50 %",
  ]);
  assert.equal(noisy(3, 2, 5)[0], "undecided");
  assert.deepEqual(noisy(3, 4, 3).slice(0, 2), ["fails", -1]);
  assert.equal(noisy(3, 5, null)[0], "holds", "where no layer is collapsed, more than all would be needed");
  assert.equal(noisy(3)[0], "not applicable");
});

Deno.test("claims on the effective depth stand beside that of the untrained network and of shuffled labels, where there are any", () => {
  const evidence = (claim: Claim, rest: SampleRun, ...others: SampleRun[]) =>
    evaluate(claim, [{ depth: 2 }, { depth: 8, ...rest }, { depth: 16 }, ...others].map(sampleRun)).subjects[0]!
      .seeds[0]!;
  const beside: SampleRun = { untrainedDepth: { cdnv: 0 }, shuffledDepth: { cdnv: null } };
  const compared = {
    ...{ untrained_depths: [8], untrained_effective_depths: [0] },
    ...{ shuffled_depths: [8], shuffled_effective_depths: [null] },
  };
  for (const claim of [effectiveDepthConstant, effectiveDepthMinimal]) {
    const found = evidence(claim, beside);
    for (const [name, value] of Object.entries(compared)) assert.deepEqual(found.evidence[name], value, claim.name);
    assert.match(found.observed, /\(untrained 0, on shuffled labels none\)/);
    const plain = evidence(claim, {});
    assert.ok(Object.keys(plain.evidence).every((name) => !Object.hasOwn(compared, name)), claim.name);
    assert.doesNotMatch(plain.observed, /untrained|shuffled/);
  }
  const noisy = evaluate(
    effectiveDepthGrowsWithNoise,
    [0, 0.5].map((labelNoise) => sampleRun({ labelNoise, ...beside })),
  );
  assert.deepEqual(noisy.subjects[0]!.seeds[0]!.evidence.shuffled_effective_depths, [null, null]);
});

Deno.test("collapsed-layers-ncc-separable looks at the layers above the effective depth", () => {
  const errors = (...nccErrors: number[]) =>
    judged(collapsedLayersNccSeparable, { depth: 3, cdnv: [1, 0.1, 0.1], nccErrors, effectiveDepth: { cdnv: 1 } });
  assert.deepEqual(errors(0.3, 0.01, 0.005), [
    "holds",
    0.0005,
    "Depth 3: at most 0.01, in layer 2, of 0.0105 allowed",
  ]);
  assert.equal(errors(0.3, 0.02, 0.005)[0], "fails");
});

Deno.test("collapsed-layers-match-network holds probes against the network's test accuracy", () => {
  const probes = (...probes: (number | null)[]) =>
    judged(collapsedLayersMatchNetwork, { depth: 3, cdnv: [1, 0.1, 0.1], probes, effectiveDepth: { cdnv: 1 } });
  assert.deepEqual(probes(0.5, 0.945, 0.951), [
    "holds",
    0.005,
    "Depth 3: at least 0.945, in layer 2, against the network's 0.95",
  ]);
  assert.equal(probes(0.5, 0.93, 0.951)[0], "fails");
  assert.equal(probes(0.5, null, 0.951)[0], "not applicable");
});

Deno.test("collapse-carries-over wants the test set's CDNV between the train set's and half of that before training", () => {
  const carried = (test: number, labelNoise = 0) =>
    judged(collapseCarriesOver, { depth: 2, cdnv: [1, 0.1], test, untrained: 1, labelNoise });
  assert.equal(carried(1.5)[0], "holds");
  assert.deepEqual(carried(0.9).slice(0, 2), ["fails", -0.0458]);
  assert.equal(carried(6)[0], "fails");
  assert.equal(carried(1.5, 0.25)[0], "not applicable");
});

Deno.test("networks are compared with those that differ in one respect alone", () => {
  const runs = [2, 4, 8].flatMap((depth) => [0, 0.5].map((labelNoise) => sampleRun({ depth, labelNoise })));
  const { subjects } = evaluate(deeperNetworksCollapseFurther, runs);
  assert.deepEqual(subjects.map(({ subject }) => subject), ["No label noise", "50 % label noise"]);
  const noisy = evaluate(effectiveDepthGrowsWithNoise, runs).subjects;
  assert.deepEqual(
    noisy.map(({ subject }) => subject),
    [2, 4, 8].flatMap((depth) => ["CDNV", "NCC"].map((definition) => `Depth ${depth}, by ${definition}`)),
  );
});
