let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a function that needs TensorFlow.js for itself, when all that asked before have ended. Its current backend, scopes and
 * tapes are one for the whole process, and to be synchronous is not enough to have them alone: Deno loads some of its
 * globals when they are first looked at (`GPUBuffer`, which `tf.add(x, 1)` looks at) and lets others that wait go on meanwhile,
 * in the midst of the function.
 */
export function inTurn<T>(run: () => T): Promise<T> {
  const turn = last.then(run);
  last = turn.catch(() => {});
  return turn;
}
