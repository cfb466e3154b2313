/**
 * How many threads a runtime gets of the processors that a stage was granted: whole ones, at least one. Small networks share a
 * core by being granted a part of it, as in `cpus: 0.5`.
 */
export function threadsOf(cpus: number): number {
  return Math.max(1, Math.floor(cpus));
}
