/** A layer's value beside the threshold that it is held to. */
export interface DepthPoint {
  /** The layer's number, from 1. */
  readonly layer: number;
  /** CDNV, or the NCC error. */
  readonly value: number | null;
  /** The largest value of a collapsed layer. */
  readonly threshold: number | null;
  /** value / threshold; `null` where either is, or the threshold is 0. */
  readonly ratio: number | null;
}

/** An effective depth and the whole curve that it was read from. */
export interface EffectiveDepth {
  /** A number of layers; `null` where no layer, or the curve's end, meets the threshold. */
  readonly depth: number | null;
  /** From the first to the last layer. */
  readonly curve: readonly DepthPoint[];
}

/**
 * Effective depth by CDNV: the number of layers before the first from which on every layer has a train CDNV of at most
 * `factor` times the last layer's. 0 where all layers do, `null` where the last layer has no CDNV.
 *
 * @param values the train CDNV of each layer
 * @param factor 2 in this study, fixed before any full run
 */
export function effectiveDepthByCdnv(values: readonly (number | null)[], factor: number): EffectiveDepth {
  const last = values.at(-1) ?? null;
  const curve = curveOf(values, last === null ? null : factor * last);
  const first = firstOfTail(curve);
  return { depth: first === undefined ? null : first - 1, curve };
}

/**
 * Effective depth by the nearest class centre: the first layer whose train NCC error, and that of all layers above, is at
 * most the network's train error + `margin` (after Galanti, arXiv 2202.09028, definition 2). `null` where the last layer's
 * error is larger.
 *
 * @param errors the train NCC error of each layer
 * @param networkError the network's train error
 * @param margin 0.01 in this study, fixed before any full run
 */
export function effectiveDepthByNcc(
  errors: readonly (number | null)[],
  networkError: number,
  margin: number,
): EffectiveDepth {
  const curve = curveOf(errors, networkError + margin);
  return { depth: firstOfTail(curve) ?? null, curve };
}

function curveOf(values: readonly (number | null)[], threshold: number | null): DepthPoint[] {
  return values.map((value, index) => ({
    layer: index + 1,
    value,
    threshold,
    ratio: value === null || threshold === null || threshold === 0 ? null : value / threshold,
  }));
}

/** The first layer from which on all meet the threshold. */
function firstOfTail(curve: readonly DepthPoint[]): number | undefined {
  const above = curve.findLastIndex(({ value, threshold }) =>
    value === null || threshold === null || value > threshold
  );
  return curve[above + 1]?.layer;
}
