import type { Distance } from "./agreement.ts";

/** A place where an out that was computed again is not what stands in the tree. */
export interface Difference {
  /** The file, relative to the pipeline's folder. */
  readonly path: string;
  /** Where in the file: `row 3, column loss`; absent for the file as a whole. */
  readonly place?: string;
  /** What stands in the tree. */
  readonly here: string;
  /** What was computed again. */
  readonly again: string;
  /** Of two numbers: how far they are apart. */
  readonly distance?: Distance;
}

/** A difference inside a file. */
export type Deviation = Omit<Difference, "path">;
