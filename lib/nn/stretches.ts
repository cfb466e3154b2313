/** A part of a training. */
export interface Stretch {
  /** The finished epoch it goes on from; absent: it begins at the beginning. */
  readonly from?: number;
  /** The epoch it ends after. */
  readonly until: number;
}

/**
 * What has to be gone through so that a training was at each of the wanted epochs, where it can go on from known ones: from
 * each known epoch to the last wanted one before the next known.
 *
 * @param wanted ascending
 * @param known ascending
 */
export function missingStretches(wanted: readonly number[], known: readonly number[]): Stretch[] {
  return [undefined, ...known].flatMap((from, index) => {
    const [after, before] = [from ?? -1, known[index] ?? Infinity];
    const until = wanted.findLast((epoch) => epoch > after && epoch < before);
    return until === undefined ? [] : [{ until, ...from === undefined ? {} : { from } }];
  });
}
