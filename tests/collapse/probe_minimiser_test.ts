import assert from "node:assert/strict";
import { type Evaluated, minimise } from "../../lib/collapse/probe_minimiser.ts";

/** Half the sum of `curvature * (x - centre)^2`. */
function bowl(curvatures: readonly number[], centre: readonly number[]): (point: Float64Array) => Promise<Evaluated> {
  return (point) => {
    const gradient = point.map((value, index) => curvatures[index]! * (value - centre[index]!));
    const value = point.reduce((sum, value, index) => sum + curvatures[index]! / 2 * (value - centre[index]!) ** 2, 0);
    return Promise.resolve({ value, gradient });
  };
}

Deno.test("minimise() finds the minimum of a bowl a million times as steep one way as another", async () => {
  const centre = [1, -2, 3, 0.5, 7];
  const minimum = await minimise(bowl([1, 1e6, 30, 1e3, 10], centre), new Float64Array(5), {
    tolerance: 1e-9,
    iterations: 200,
  });
  assert.ok(minimum.converged);
  assert.ok(minimum.gradientNorm <= 1e-9);
  minimum.point.forEach((value, index) => assert.ok(Math.abs(value - centre[index]!) < 1e-2));
});

Deno.test("minimise() finds the root of a convex function's slope, log cosh, from far away", async () => {
  const evaluate = (point: Float64Array): Promise<Evaluated> => {
    const gradient = point.map((value, index) => Math.tanh(value - index));
    const value = point.reduce((sum, value, index) => sum + Math.log(Math.cosh(value - index)), 0);
    return Promise.resolve({ value, gradient });
  };
  const minimum = await minimise(evaluate, Float64Array.of(50, -50, 20), { tolerance: 1e-6, iterations: 100 });
  assert.ok(minimum.converged);
  minimum.point.forEach((value, index) => assert.ok(Math.abs(value - index) < 1e-5));
});

Deno.test("minimise() converges though values carry float32 rounding", async () => {
  const exact = bowl([1, 100, 1e4], [3, 1, 2]);
  const rounded = async (point: Float64Array) => {
    const { value, gradient } = await exact(point);
    return { value: Math.fround(1e3 + value), gradient };
  };
  const minimum = await minimise(rounded, new Float64Array(3), { tolerance: 1e-6, iterations: 100 });
  assert.ok(minimum.converged);
});

Deno.test("minimise() says when it has run out of steps", async () => {
  const minimum = await minimise(bowl([1, 1e6, 30], [1, 1, 1]), new Float64Array(3), {
    tolerance: 1e-12,
    iterations: 2,
  });
  assert.equal(minimum.converged, false);
  assert.equal(minimum.iterations, 2);
  assert.ok(minimum.gradientNorm > 1e-12);
});

Deno.test("minimise() is done at once where the gradient vanishes", async () => {
  const minimum = await minimise(bowl([1, 2], [0, 0]), new Float64Array(2), { tolerance: 1e-3, iterations: 10 });
  assert.deepEqual([minimum.converged, minimum.iterations, minimum.gradientNorm], [true, 0, 0]);
});
