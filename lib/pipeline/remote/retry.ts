import { setTimeout as pause } from "node:timers/promises";
import { interrupted, RemoteError } from "./remote_error.ts";

/** How often something is tried, and how long it takes in between. */
export interface Patience {
  /** Attempts in all. */
  readonly attempts: number;
  /** Milliseconds of the first pause, at most; each one after may be twice as long. */
  readonly pause: number;
  /** Milliseconds of any pause, at most. */
  readonly longestPause: number;
  /** Milliseconds without a byte after which a connection counts as lost. */
  readonly silence: number;
}

/** What remotes get: about ten seconds of pauses before one counts as out of reach. */
export const PATIENCE: Patience = { attempts: 5, pause: 400, longestPause: 10_000, silence: 30_000 };

/**
 * Does something until it succeeds, as long as another attempt may. Pauses double, and each is a random part of its length,
 * so that many clients that failed together do not come back together.
 *
 * @param attempt gets the number of the attempt, from 0
 * @param signal ends it, at once in a pause
 * @throws the last error
 */
export async function withRetries<T>(
  { attempts, pause: first, longestPause }: Patience,
  attempt: (count: number) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let count = 0;; count++) {
    if (signal?.aborted) throw interrupted();
    try {
      return await attempt(count);
    } catch (error) {
      if (!(error instanceof RemoteError) || !error.transient || count + 1 >= attempts) throw error;
      const longest = Math.min(longestPause, first * 2 ** count);
      const milliseconds = Math.max(Math.min(error.retryAfter, longestPause), Math.random() * longest);
      await pause(milliseconds, undefined, signal && { signal }).catch(() => {});
    }
  }
}
