import assert from "node:assert/strict";
import { effectiveDepthByCdnv, effectiveDepthByNcc } from "../../lib/collapse/effective_depth.ts";

Deno.test("effectiveDepthByCdnv() counts the layers before the plateau of the upper ones", () => {
  const values = [1.2, 0.4, 0.14, 0.058, 0.031, 0.025, 0.024, 0.023];
  assert.equal(effectiveDepthByCdnv(values, 2).depth, 4);
  assert.deepEqual(effectiveDepthByCdnv([0.5, 0.25], 2).curve, [
    { layer: 1, value: 0.5, threshold: 0.5, ratio: 1 },
    { layer: 2, value: 0.25, threshold: 0.5, ratio: 0.5 },
  ]);
});

Deno.test("effectiveDepthByCdnv() takes the tail alone: a low layer below a high one does not count", () => {
  assert.equal(effectiveDepthByCdnv([0.1, 0.5, 0.1], 2).depth, 2);
  assert.equal(effectiveDepthByCdnv([0.1, 0.1, 0.1], 2).depth, 0);
  assert.equal(effectiveDepthByCdnv([0.3, 0.1], 2).depth, 1);
});

Deno.test("effectiveDepthByCdnv() takes a layer without CDNV as not collapsed, and has no depth if it is the last", () => {
  assert.equal(effectiveDepthByCdnv([0.1, null, 0.1], 2).depth, 2);
  const { depth, curve } = effectiveDepthByCdnv([0.1, null], 2);
  assert.equal(depth, null);
  assert.deepEqual(curve[0], { layer: 1, value: 0.1, threshold: null, ratio: null });
});

Deno.test("effectiveDepthByCdnv() compares with 0 where the last layer has collapsed exactly", () => {
  const { depth, curve } = effectiveDepthByCdnv([0.1, 0, 0], 2);
  assert.equal(depth, 1);
  assert.deepEqual(curve.map(({ ratio }) => ratio), [null, null, null]);
});

Deno.test("effectiveDepthByNcc() gives the first layer that is as good as the network, and all above", () => {
  assert.equal(effectiveDepthByNcc([0.2, 0.05, 0.011, 0.01], 0.001, 0.01).depth, 3);
  assert.equal(effectiveDepthByNcc([0.001, 0.05, 0.001], 0.001, 0.01).depth, 3);
  assert.equal(effectiveDepthByNcc([0.001, 0.001], 0.001, 0.01).depth, 1);
  assert.equal(effectiveDepthByNcc([0.001, 0.5], 0.001, 0.01).depth, null);
});
