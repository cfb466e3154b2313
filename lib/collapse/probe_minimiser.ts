/** A smooth convex function and its gradient at a point. */
export interface Evaluated {
  /** The function's value. */
  readonly value: number;
  /** As long as the point. */
  readonly gradient: Float64Array;
}

/** Where a minimisation ended. */
export interface Minimum extends Evaluated {
  /** The point found. */
  readonly point: Float64Array;
  /** Steps taken. */
  readonly iterations: number;
  /** Euclidean norm of the gradient at the point, as a share of that at the start. */
  readonly gradientNorm: number;
  /** Whether that share has come down to `tolerance`. */
  readonly converged: boolean;
}

/** Past steps that model the curvature. */
const memory = 20;
/** A step is long enough when the slope along it has come down by a tenth, and short enough when it has not turned far up. */
const [leastProgress, mostOvershoot] = [0.9, 0.5];
/** Values carry float32 rounding, so a step may seem to rise by this share. */
const valueNoise = 1e-6;
const mostTrials = 40;

/**
 * Minimises a smooth convex function by L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", 1980) with a
 * line search on the slope, which keeps its digits near the minimum where differences of the value have lost theirs (as the
 * approximate Wolfe conditions of Hager and Zhang, 2005).
 *
 * @param tolerance ends when the gradient's norm is at most this share of its norm at the start
 * @param iterations gives up after so many steps; then, and where rounding lets no step be found, `converged` is false
 */
export async function minimise(
  evaluate: (point: Float64Array) => Promise<Evaluated>,
  start: Float64Array,
  { tolerance, iterations }: { readonly tolerance: number; readonly iterations: number },
): Promise<Minimum> {
  let point = start;
  let here = await evaluate(point);
  const atStart = norm(here.gradient);
  const steps: Step[] = [];
  let iteration = 0;
  while (norm(here.gradient) > tolerance * atStart && iteration < iterations) {
    const direction = descent(here.gradient, steps);
    const first = steps.length === 0 ? 1 / norm(here.gradient) : 1;
    const found = await search(evaluate, point, here, direction, first);
    if (found === undefined) break;
    const move = found.point.map((value, index) => value - point[index]!);
    const change = found.at.gradient.map((value, index) => value - here.gradient[index]!);
    steps.push({ move, change, curvature: dot(move, change) });
    if (steps.length > memory) steps.shift();
    ({ point, at: here } = found);
    iteration++;
  }
  const gradientNorm = atStart === 0 ? 0 : norm(here.gradient) / atStart;
  return { ...here, point, iterations: iteration, gradientNorm, converged: gradientNorm <= tolerance };
}

/** A past step: how the point moved, how the gradient changed, and the product of both, which is positive. */
interface Step {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** Minus the inverse Hessian, as past steps model it, times the gradient: the two-loop recursion. */
function descent(gradient: Float64Array, steps: readonly Step[]): Float64Array {
  const direction = gradient.map((value) => -value);
  const weights: number[] = [];
  for (const { move, change, curvature } of steps.toReversed()) {
    const weight = dot(move, direction) / curvature;
    weights.push(weight);
    accumulate(direction, -weight, change);
  }
  const last = steps.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let index = 0; index < direction.length; index++) direction[index]! *= scale;
  }
  for (const { move, change, curvature } of steps) {
    accumulate(direction, weights.pop()! - dot(change, direction) / curvature, move);
  }
  return direction;
}

/** Brackets the step length at which the slope along a direction vanishes, and narrows it until the slope is small enough. */
async function search(
  evaluate: (point: Float64Array) => Promise<Evaluated>,
  from: Float64Array,
  { value, gradient }: Evaluated,
  direction: Float64Array,
  first: number,
): Promise<{ readonly point: Float64Array; readonly at: Evaluated } | undefined> {
  const slope = dot(gradient, direction);
  let low = { length: 0, slope };
  let high: typeof low | undefined;
  let length = first;
  for (let trial = 0; trial < mostTrials; trial++) {
    const point = from.map((start, index) => start + length * direction[index]!);
    const at = await evaluate(point);
    const here = { length, slope: dot(at.gradient, direction) };
    const tooHigh = !(at.value <= value + valueNoise * Math.abs(value)) || !(here.slope <= -mostOvershoot * slope);
    if (tooHigh) high = here;
    else if (here.slope < leastProgress * slope) low = here;
    else return { point, at };
    length = high === undefined ? 2 * length : between(low, high);
  }
}

/** Where a straight line through both slopes crosses zero, kept away from the ends. */
function between(
  low: { readonly length: number; readonly slope: number },
  high: { readonly length: number; readonly slope: number },
): number {
  const share = low.slope / (low.slope - high.slope);
  const kept = Number.isFinite(share) ? Math.min(0.9, Math.max(0.1, share)) : 0.1;
  return low.length + kept * (high.length - low.length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** Adds `factor * vector` to a sum. */
function accumulate(sum: Float64Array, factor: number, vector: Float64Array): void {
  for (let index = 0; index < sum.length; index++) sum[index]! += factor * vector[index]!;
}
