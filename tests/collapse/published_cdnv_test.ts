import assert from "node:assert/strict";
import { cdnv } from "../../lib/collapse/cdnv.ts";
import { classStatistics } from "../../lib/collapse/class_statistics.ts";
import { publishedCdnv, PublishedMoments } from "../../lib/collapse/published_cdnv.ts";
import { accumulatorFor, addTo, assertClose, type Cloud, gaussianCloud, simplex } from "./clouds.ts";

function both(cloud: Cloud): { accurate: number | null; published: number | null } {
  const published = new PublishedMoments(cloud.classes, cloud.size);
  const accumulator = accumulatorFor(cloud, published);
  addTo(accumulator, cloud, 125);
  const statistics = classStatistics(accumulator.moments());
  return { accurate: cdnv(statistics).mean, published: publishedCdnv(statistics.counts, published.statistics()) };
}

Deno.test("publishedCdnv() is | E|f|^2 - |mu|^2 | over squared distances", () => {
  // Two examples a class: means (2, 4), (6, 4), (10, 2); E|f|^2 = 25, 69, 109; |mu|^2 = 20, 52, 104. Nothing is rounded.
  const features = Float32Array.of(1, 2, 3, 6, 5, 0, 7, 8, 9, 4, 11, 0);
  const labels = Uint8Array.of(0, 0, 1, 1, 2, 2);
  const expected = ((5 + 17) / (2 * 16) + (5 + 5) / (2 * 68) + (17 + 5) / (2 * 20)) / 3;
  assertClose(both({ features, labels, size: 2, classes: 3 }).published, expected, 1e-6);
});

Deno.test("publishedCdnv() agrees with the accurate CDNV while that is large, and is far off once it is 1e-8", () => {
  const error = (deviation: number) => {
    const { accurate, published } = both(gaussianCloud(simplex(4), deviation, 2000, 3));
    return Math.abs(published! / accurate! - 1);
  };
  assert.ok(error(0.3) < 1e-4);
  assert.ok(error(4e-5) > 0.5);
});

Deno.test("publishedCdnv() leaves a missing class out, and has no value where means coincide", () => {
  const cloud = gaussianCloud(simplex(3), 0.2, 50, 4);
  const wider = { ...cloud, classes: 4 };
  assert.equal(both(wider).published, both(cloud).published);
  assert.equal(both(gaussianCloud([[1, 1], [1, 1]], 0, 4, 1)).published, null);
});
