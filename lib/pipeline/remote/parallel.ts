import pLimit from "p-limit";

/**
 * Does something for each item, for some of them at once. Nothing more begins after a failure.
 *
 * @throws the error of the first item that failed, once all that had begun has ended
 */
export async function inParallel<T>(
  items: Iterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const limit = pLimit({ concurrency: most, rejectOnClear: true });
  const orGiveUp = async (item: T): Promise<void> => {
    try {
      await work(item);
    } catch (error) {
      limit.clearQueue();
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from(items, (item) => limit(orGiveUp, item)));
  // Those that had not begun were behind it.
  const failure = ends.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw failure.reason;
}
