/** Labels of a run of examples, each the index of a class. */
export type Labels = Uint8Array | Int32Array;

/** Features of a run of examples, `[examples, size]`, row by row. */
export type Features = Float32Array | Float64Array;

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

/** Sees the sums of each block of examples, class by class, before they join the rest. */
export interface BlockObserver {
  /**
   * Takes the examples of a class in a block, by their sums about a shift s.
   *
   * @param count how many there are
   * @param shift `[D]`: s; valid during the call only, as `sums` is
   * @param sums `[D]`: the sum of f - s
   * @param squares the sum of |f - s|^2
   */
  add(label: number, count: number, shift: Float64Array, sums: Float64Array, squares: number): void;
}

/** Rows whose sums are kept apart before they join the rest: short sums round little. */
const blockRows = 256;

/**
 * Accumulates {@linkcode ClassMoments} in one pass, in float64, for any split of the examples into calls.
 *
 * Values are shifted by the class's mean so far (its first example at the start) before they are summed and squared. With
 * n examples before and m in a block, S = sum (f - mean) and Q = sum |f - mean|^2 over the block,
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
  readonly #means: readonly Float64Array[];
  readonly #scatters: Float64Array;
  readonly #sums: readonly Float64Array[];
  readonly #squares: Float64Array;
  readonly #added: Float64Array;
  readonly #observer: BlockObserver | undefined;

  /**
   * Starts without examples.
   *
   * @param classes number of classes C
   * @param size width D of a feature vector
   * @param observer sees the sums of each block
   */
  constructor(classes: number, size: number, observer?: BlockObserver) {
    this.classes = classes;
    this.size = size;
    this.#observer = observer;
    const vectors = () => Array.from({ length: classes }, () => new Float64Array(size));
    this.#counts = new Float64Array(classes);
    this.#means = vectors();
    this.#scatters = new Float64Array(classes);
    this.#sums = vectors();
    this.#squares = new Float64Array(classes);
    this.#added = new Float64Array(classes);
  }

  /**
   * Adds examples.
   *
   * @param features `[labels.length, size]`
   * @throws {Error} where the lengths disagree, a label is none of the classes, or a feature is not finite
   */
  add(features: Features, labels: Labels): void {
    if (features.length !== labels.length * this.size) {
      throw new Error(`${features.length} features for ${labels.length} examples of size ${this.size}`);
    }
    for (let start = 0; start < labels.length; start += blockRows) {
      const end = Math.min(start + blockRows, labels.length);
      for (let row = start; row < end; row++) this.#addRow(features, row * this.size, labels[row]!);
      this.#closeBlock();
    }
  }

  /** The moments of all examples so far. */
  moments(): ClassMoments {
    const { classes, size } = this;
    const means = new Float64Array(classes * size);
    this.#means.forEach((mean, label) => means.set(mean, label * size));
    return { classes, size, counts: this.#counts.slice(), means, scatters: this.#scatters.slice() };
  }

  #addRow(features: Features, offset: number, label: number): void {
    if (label >= this.classes || label < 0) {
      throw new Error(`Label ${label} is out of range; expected 0 to ${this.classes - 1}`);
    }
    const mean = this.#means[label]!;
    const sum = this.#sums[label]!;
    const size = this.size;
    if (this.#counts[label] === 0 && this.#added[label] === 0) {
      for (let at = 0; at < size; at++) mean[at] = features[offset + at]!;
    }
    // Four partial sums, so that an addition need not wait for the one before.
    let [first, second, third, fourth] = [0, 0, 0, 0];
    let at = 0;
    for (; at + 3 < size; at += 4) {
      const a = features[offset + at]! - mean[at]!;
      const b = features[offset + at + 1]! - mean[at + 1]!;
      const c = features[offset + at + 2]! - mean[at + 2]!;
      const d = features[offset + at + 3]! - mean[at + 3]!;
      sum[at]! += a;
      sum[at + 1]! += b;
      sum[at + 2]! += c;
      sum[at + 3]! += d;
      first += a * a;
      second += b * b;
      third += c * c;
      fourth += d * d;
    }
    for (; at < size; at++) {
      const a = features[offset + at]! - mean[at]!;
      sum[at]! += a;
      first += a * a;
    }
    this.#squares[label]! += first + second + (third + fourth);
    this.#added[label]!++;
  }

  #closeBlock(): void {
    for (let label = 0; label < this.classes; label++) {
      const added = this.#added[label]!;
      if (added === 0) continue;
      if (!Number.isFinite(this.#squares[label]!)) {
        throw new Error(`A feature of class ${label} is not finite; the network has diverged`);
      }
      const count = this.#counts[label]! + added;
      const mean = this.#means[label]!;
      const sum = this.#sums[label]!;
      this.#observer?.add(label, added, mean, sum, this.#squares[label]!);
      let correction = 0;
      for (let at = 0; at < this.size; at++) {
        const step = sum[at]! / count;
        correction += step * sum[at]!;
        mean[at]! += step;
        sum[at] = 0;
      }
      this.#scatters[label]! += Math.max(0, this.#squares[label]! - correction);
      this.#counts[label] = count;
      this.#squares[label] = 0;
      this.#added[label] = 0;
    }
  }
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
