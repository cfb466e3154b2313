/** The longest wait that a timer of the platform takes, in milliseconds; a longer one would end at once. */
const LONGEST = 2 ** 31 - 1;

/**
 * Does something after a time, however long. What is not positive is done before this returns.
 *
 * @param milliseconds from now
 * @returns to be disposed of where it is not to be done any more
 */
export function after(milliseconds: number, action: () => void): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (left: number): void => {
    if (left <= 0) return action();
    const part = Math.min(left, LONGEST);
    timer = setTimeout(() => wait(left - part), part);
  };
  wait(milliseconds);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
