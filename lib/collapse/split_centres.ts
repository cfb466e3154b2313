import type { RunOutputs } from "../runtimes/program.ts";
import { addRows } from "./add_rows.ts";
import { effectiveRanks } from "./effective_rank.ts";
import type { MeasuredNetwork } from "./measurement_program.ts";
import type { ClassMoments } from "./moments.ts";
import { type Centres, countNcc, predictedClasses } from "./ncc.ts";
import { addScatters, classWeights, projectionAxes } from "./projected_scatter.ts";
import type { LayerStatistics } from "./statistics.ts";

/** NCC counts, projected scatters and effective ranks of every layer on one set, of the outputs of the second pass. */
export class SplitCentres {
  readonly #correct: readonly Int32Array[];
  readonly #agree: Int32Array;
  readonly #scatters: readonly Float64Array[];
  readonly #covariances: ReadonlyMap<string, Float64Array>;
  #networkCorrect = 0;

  /**
   * Starts without examples.
   *
   * @param moments of the set, a layer each
   * @param ranked names of the layers whose effective ranks are wanted
   */
  constructor(
    readonly network: MeasuredNetwork,
    readonly moments: readonly ClassMoments[],
    ranked: readonly string[],
  ) {
    const { layers, classes } = network;
    const sizes = layers.filter(({ name }) => ranked.includes(name));
    this.#covariances = new Map(sizes.map(({ name, size }) => [name, new Float64Array(size * size)]));
    this.#correct = layers.map(() => new Int32Array(classes));
    this.#agree = new Int32Array(layers.length);
    this.#scatters = layers.map(() => new Float64Array(classes * (classes + 1) / 2));
  }

  /**
   * The doubles of the program.
   *
   * @param centres by which NCC classifies, a layer each
   */
  doubles(centres: readonly Centres[]): Record<string, Float64Array> {
    const { moments } = this;
    const own = this.network.layers.flatMap(({ name }, layer) => {
      const { directions, offsets } = centres[layer]!;
      const values = { means: moments[layer]!.means, axes: projectionAxes(moments[layer]!), directions, offsets };
      return Object.entries(values).map(([kind, array]) => [`${kind}/${name}`, array]);
    });
    return { weights: classWeights(moments[0]!.counts), ...Object.fromEntries(own) };
  }

  /**
   * Adds the examples of a call.
   *
   * @throws {Error} where a logit is not finite
   */
  add({ steps, rows }: RunOutputs, labels: Int32Array): void {
    const { layers, classes } = this.network;
    const predictions = predictedClasses(rows.logits!.data as Float32Array, classes);
    predictions.forEach((prediction, row) => this.#networkCorrect += prediction === labels[row] ? 1 : 0);
    layers.forEach(({ name }, layer) => {
      const nearest = rows[`nearest/${name}`]!.data as Int32Array;
      const { correct, agree } = countNcc(nearest, labels, predictions, classes);
      correct.forEach((count, label) => this.#correct[layer]![label]! += count);
      this.#agree[layer]! += agree;
      addScatters(steps[`scatter/${name}`]!.data as Float64Array, this.#scatters[layer]!, classes);
      const covariance = this.#covariances.get(name);
      if (covariance !== undefined) addRows(covariance, steps[`covariance/${name}`]!.data);
    });
  }

  /** The statistics of a layer. */
  of(layer: number): Pick<LayerStatistics, "nccCorrect" | "nccAgree" | "networkCorrect" | "projected" | "ranks"> {
    const covariance = this.#covariances.get(this.network.layers[layer]!.name);
    return {
      nccCorrect: this.#correct[layer]!,
      nccAgree: this.#agree[layer]!,
      networkCorrect: this.#networkCorrect,
      projected: this.#scatters[layer]!,
      ranks: covariance === undefined ? null : effectiveRanks(covariance, this.moments[layer]!),
    };
  }
}
