/** How fast a stage counts, over the newest stretch of time, so that a slow start is soon forgotten. */
export class Pace {
  readonly #samples: { time: number; done: number }[] = [];

  readonly #window: number;

  /**
   * Nothing is counted yet.
   *
   * @param window the stretch, in milliseconds
   */
  constructor(window = 30_000) {
    this.#window = window;
  }

  /** Notes that `done` units were done at `time` (milliseconds). A count that falls starts anew. */
  add(time: number, done: number): void {
    const newest = this.#samples.at(-1);
    if (newest !== undefined && done < newest.done) this.#samples.length = 0;
    if (newest !== undefined && done === newest.done) return;
    this.#samples.push({ time, done });
    // The oldest sample kept is the last one before the window, so that slow counts still have two to compare.
    while (this.#samples.length > 2 && this.#samples[1]!.time < time - this.#window) this.#samples.shift();
  }

  /** Units a second; undefined until two counts differ in time. */
  get rate(): number | undefined {
    const [oldest, newest] = [this.#samples[0], this.#samples.at(-1)];
    if (oldest === undefined || newest === undefined || newest.time <= oldest.time) return undefined;
    return (newest.done - oldest.done) * 1000 / (newest.time - oldest.time);
  }

  /** Seconds from `now` until `total` is reached at this rate, not below 0; undefined where the rate is unknown. */
  left(total: number, now: number): number | undefined {
    const rate = this.rate;
    const newest = this.#samples.at(-1);
    if (rate === undefined || rate <= 0 || newest === undefined) return undefined;
    return Math.max(0, (total - newest.done) / rate - (now - newest.time) / 1000);
  }
}
