import { median } from "./median.ts";

/** What some work took. */
export interface Spent {
  /** Wall seconds. */
  readonly wall: number;
  /** Processor seconds, of all threads. */
  readonly processor: number;
}

/** The sum of terms, each times its factor. */
export function weighted(...terms: readonly (readonly [factor: number, spent: Spent])[]): Spent {
  const sum = (part: keyof Spent) => terms.reduce((sum, [factor, spent]) => sum + factor * spent[part], 0);
  return { wall: sum("wall"), processor: sum("processor") };
}

/** What lies between two moments. */
export function between(from: Spent, to: Spent): Spent {
  return weighted([1, to], [-1, from]);
}

/** The mean. */
export function mean(all: readonly Spent[]): Spent {
  return weighted(...all.map((spent) => [1 / all.length, spent] as const));
}

/** The medians of wall and processor, each by itself. */
export function medianSpent(all: readonly Spent[]): Spent {
  return { wall: median(all.map(({ wall }) => wall)), processor: median(all.map(({ processor }) => processor)) };
}
