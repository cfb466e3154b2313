/** Labels of a run of examples, each the index of a class. */
export type Labels = Uint8Array | Int32Array;

/** Count, mean and scatter of each class: all that CDNV needs of the features, and mergeable. */
export interface ClassMoments {
  /** Number of classes C. */
  readonly classes: number;
  /** Width D of a feature vector. */
  readonly size: number;
  /** `[C]`: n_c, the number of examples. */
  readonly counts: Float64Array;
  /** `[C, D]`: mu_c; zeros where n_c = 0. */
  readonly means: Float64Array;
  /** `[C]`: M2_c, the sum of |f(x) - mu_c|^2. */
  readonly scatters: Float64Array;
}

/** Sees the sums of each step, class by class, before they join the rest. */
export interface StepObserver {
  /**
   * Takes the examples of a class in a step, by their sums about a shift s.
   *
   * @param count how many there are
   * @param shift `[D]`: s; valid during the call only, as `sums` is
   * @param sums `[D]`: the sum of f - s
   * @param squares the sum of |f - s|^2
   */
  add(label: number, count: number, shift: Float64Array, sums: Float64Array, squares: number): void;
}

/** Sums over some examples about shifts s, a vector a class: {@linkcode classSums} and {@linkcode squaredDeviations}. */
export interface ShiftedSums {
  /** Examples of a step; the last step has the rest. */
  readonly batch: number;
  /** `[steps, C, D]`: the sum of f(x) - s_c over each class c, step by step. */
  readonly sums: Float64Array;
  /** `[examples]`: |f(x) - s_y|^2. */
  readonly squares: Float64Array;
}

/**
 * Accumulates {@linkcode ClassMoments} in one pass, in float64, for any split of the examples into calls.
 *
 * Features are shifted by the class's mean so far (at the start by one of its examples) before they are summed and squared.
 * With n examples before and m more, S = sum (f - mean) and Q = sum |f - mean|^2 over those,
 *
 *     mean' = mean + S / (n + m)        M2' = M2 + Q - |S|^2 / (n + m),
 *
 * the update of Chan, Golub and LeVeque (1983) about a provisional mean. The difference loses at most a factor of
 * (n + m) / n, or m at the start, to cancellation, however far the features are from zero; E|f|^2 - |mu|^2 has no such bound.
 */
export class MomentAccumulator {
  /** Number of classes C. */
  readonly classes: number;
  /** Width D of a feature vector. */
  readonly size: number;
  readonly #counts: Float64Array;
  readonly #means: Float64Array;
  readonly #scatters: Float64Array;
  readonly #observer: StepObserver | undefined;

  /**
   * Starts without examples.
   *
   * @param classes number of classes C
   * @param size width D of a feature vector
   * @param origins `[C, D]`: near the features of each class, e.g. one of its examples
   * @param observer sees the sums of each step
   */
  constructor(classes: number, size: number, origins: Float64Array, observer?: StepObserver) {
    this.classes = classes;
    this.size = size;
    this.#observer = observer;
    this.#counts = new Float64Array(classes);
    this.#means = origins.slice();
    this.#scatters = new Float64Array(classes);
  }

  /** `[C, D]`: the shifts s that the next sums are to be taken about; changed by {@linkcode MomentAccumulator.add}. */
  get shifts(): Float64Array {
    return this.#means;
  }

  /**
   * Adds examples by their sums about {@linkcode MomentAccumulator.shifts}.
   *
   * @param labels of the examples, each below C
   * @throws {Error} naming the class, where a feature is not finite
   */
  add({ batch, sums, squares }: ShiftedSums, labels: Labels): void {
    const { classes, size } = this;
    const [added, square, total] = [
      new Float64Array(classes),
      new Float64Array(classes),
      new Float64Array(classes * size),
    ];
    for (let start = 0, step = 0; start < labels.length; start += batch, step++) {
      const own = stepOf(squares, labels, start, Math.min(start + batch, labels.length), classes);
      for (let label = 0; label < classes; label++) {
        const count = own.counts[label]!;
        if (count === 0) continue;
        if (!Number.isFinite(own.squares[label]!)) {
          throw new Error(`A feature of class ${label} is not finite; the network has diverged`);
        }
        const from = (step * classes + label) * size;
        const shift = this.#means.subarray(label * size, (label + 1) * size);
        this.#observer?.add(label, count, shift, sums.subarray(from, from + size), own.squares[label]!);
        for (let at = 0; at < size; at++) total[label * size + at]! += sums[from + at]!;
        square[label]! += own.squares[label]!;
        added[label]! += count;
      }
    }
    for (let label = 0; label < classes; label++) {
      if (added[label] === 0) continue;
      const count = this.#counts[label]! + added[label]!;
      let correction = 0;
      for (let at = label * size; at < (label + 1) * size; at++) {
        const step = total[at]! / count;
        correction += step * total[at]!;
        this.#means[at]! += step;
      }
      this.#scatters[label]! += Math.max(0, square[label]! - correction);
      this.#counts[label] = count;
    }
  }

  /** The moments of all examples so far. */
  moments(): ClassMoments {
    const { classes, size } = this;
    const means = this.#means.slice();
    this.#counts.forEach((count, label) => {
      if (count === 0) means.fill(0, label * size, (label + 1) * size);
    });
    return { classes, size, counts: this.#counts.slice(), means, scatters: this.#scatters.slice() };
  }
}

/** Examples of each class in a step, and the sums of their squares: those of a step are kept apart, since short sums round little. */
function stepOf(
  squares: Float64Array,
  labels: Labels,
  start: number,
  end: number,
  classes: number,
): { readonly counts: Float64Array; readonly squares: Float64Array } {
  const step = { counts: new Float64Array(classes), squares: new Float64Array(classes) };
  for (let row = start; row < end; row++) {
    step.counts[labels[row]!]!++;
    step.squares[labels[row]!]! += squares[row]!;
  }
  return step;
}

/**
 * The moments of two disjoint sets of examples together (Chan, Golub and LeVeque 1983, eq. 2.1): associative and commutative
 * up to rounding.
 *
 * @throws {Error} where the numbers of classes or the sizes differ
 */
export function mergeMoments(left: ClassMoments, right: ClassMoments): ClassMoments {
  const { classes, size } = left;
  if (classes !== right.classes || size !== right.size) {
    throw new Error(
      `Moments of ${classes} classes and size ${size} do not merge with those of ${right.classes} and size ${right.size}`,
    );
  }
  const counts = new Float64Array(classes);
  const means = new Float64Array(classes * size);
  const scatters = new Float64Array(classes);
  for (let label = 0; label < classes; label++) {
    const [n, m] = [left.counts[label]!, right.counts[label]!];
    const count = counts[label] = n + m;
    if (count === 0) continue;
    let squares = 0;
    for (let at = label * size; at < (label + 1) * size; at++) {
      const difference = right.means[at]! - left.means[at]!;
      // Starting from the larger side keeps a mean that meets an empty class as it is.
      means[at] = n >= m ? left.means[at]! + difference * (m / count) : right.means[at]! - difference * (n / count);
      squares += difference * difference;
    }
    // The mean of an empty class is zeros, so its difference means nothing; its weight n * m is 0.
    scatters[label] = left.scatters[label]! + right.scatters[label]! + squares * (n * m / count);
  }
  return { classes, size, counts, means, scatters };
}
