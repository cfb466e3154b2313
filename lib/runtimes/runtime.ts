import type { Precision } from "../compile/stablehlo/precision.ts";
import type { Program, RunInputs, RunOutputs } from "./program.ts";

/** An engine that runs {@linkcode Program}s. */
export interface Runtime {
  /** `onnx`, `cpu`, ... as `runtime:` names it. */
  readonly name: string;
  /**
   * Prepares a program for batches of a size. A smaller last batch is served too (compiled when first met).
   *
   * @throws {UnsupportedOperationError} where the program uses an operation that this runtime lacks
   */
  compile(program: Program, options: CompileOptions): Promise<Executable>;
  /**
   * The most bytes of this process that an {@linkcode Executable} takes for what its steps compute, besides its inputs and what
   * the runs before returned; nothing is allocated to find out. Absent where the engine computes in memory of its own, e.g. a
   * GPU's, or does not tell.
   *
   * @param batches the sizes of batches it will meet
   */
  memory?(program: Program, batches: readonly number[]): Promise<number>;
}

/** How a program is prepared. */
export interface CompileOptions {
  /** Examples a step. */
  readonly batch: number;
  /** Threads the runtime may use; results must not depend on it. */
  readonly threads?: number;
  /** Of products and convolutions, where the runtime leaves a choice; float32 if absent. */
  readonly precision?: Precision;
  /**
   * Convolutions by Winograd's minimal filtering, where the runtime has it: faster, with an error of about 1e-6 of the
   * values, two to six times that of the definition; true if absent.
   */
  readonly winograd?: boolean;
}

/** A program, ready to run any number of times; calls do not overlap. */
export interface Executable {
  /**
   * Runs the loop once over the examples of an order.
   *
   * @throws {Error} naming what does not fit the program
   */
  run(inputs: RunInputs): Promise<RunOutputs>;
  /** Frees what the engine holds. */
  dispose(): Promise<void>;
}
