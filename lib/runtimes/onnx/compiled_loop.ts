import * as ort from "onnxruntime-node";
import type { Graph } from "../../compile/graph/graph.ts";
import { livenessOf } from "../../compile/graph/liveness.ts";
import { lowerLoop } from "../../compile/onnx/loop.ts";
import { executionOrder } from "../../compile/onnx/order.ts";
import { onnxPasses } from "../../compile/onnx/passes.ts";
import { safeThreads } from "../../compile/onnx/threads.ts";
import { earlyMasks } from "../../compile/passes/early_masks.ts";
import { optimise } from "../../compile/passes/optimise.ts";
import { recompute } from "../../compile/passes/recompute.ts";
import { traceProgram } from "../../compile/trace/trace.ts";
import { inTurn } from "../../compile/trace/turn.ts";
import type { Program } from "../program.ts";
import type { CompileOptions } from "../runtime.ts";

/** Bytes of activations, at most, whose places ONNX Runtime plans ahead. */
const plannedBytes = 2 ** 25;

/** Bytes of activations from which on a session is opened anew rather than kept beside another. */
const largeBytes = 2 ** 27;

/**
 * Bytes of its memory that ONNX Runtime comes to touch, to those that are live at once, and some more to be safe: its allocator
 * leaves gaps and keeps what it had (`bench/training_memory.ts`). Where it plans places ahead, it has those of the first step,
 * too.
 */
const touchedBytes = { planned: 2.4, asked: 2.0 };

/** Bytes that a node takes for that, roughly. */
const nodeBytes = 40_000;

/** A share of a step's work that may be done again where it lowers the memory of a large graph. */
const recomputedShare = 0.04;

/** A program compiled for one size of batch. */
export class CompiledLoop {
  readonly #nodes: number;
  /** Bytes of the values that are live at once in a step, at most. */
  readonly #peak: number;
  #session: Promise<ort.InferenceSession> | undefined;

  /** Opens nothing yet. */
  constructor(readonly graph: Graph, readonly threads: number) {
    const { order, peak } = livenessOf(graph, executionOrder(graph));
    [this.#nodes, this.#peak] = [order.length, peak];
  }

  /** Whether its session should not stay beside another one. */
  get isLarge(): boolean {
    return this.#peak >= largeBytes;
  }

  /** Bytes that its session takes for values. */
  get values(): number {
    return this.#peak * (this.#isPlanned ? touchedBytes.planned : touchedBytes.asked);
  }

  /** Bytes that it takes besides, from tracing to the session. */
  get overhead(): number {
    return this.#nodes * nodeBytes;
  }

  get #isPlanned(): boolean {
    return this.#peak <= plannedBytes;
  }

  /** What runs it. */
  session(): Promise<ort.InferenceSession> {
    return this.#session ??= ort.InferenceSession.create(lowerLoop(this.graph, { hidesShapes: !this.#isPlanned }), {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      interOpNumThreads: 1,
      intraOpNumThreads: safeThreads(this.graph, this.threads),
      // Errors alone: a warning would end up in the stage's log, for the user to wonder about.
      logSeverityLevel: 3,
      // Places planned ahead save a small graph a few percent of its time; of a large one, ONNX Runtime then has the memory
      // twice, that of the first step and that of the plan.
      enableMemPattern: this.#isPlanned,
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  }

  /** Frees the memory that the session holds, all that its largest step took; the next run opens it again. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session)?.release();
  }
}

/** Traces a program for a size of batch, and rewrites it for ONNX Runtime. */
export async function compileLoop(
  program: Program,
  { batch, threads = 1, winograd = true }: CompileOptions,
): Promise<CompiledLoop> {
  const graph = optimise(await inTurn(() => traceProgram(program, batch)), onnxPasses({ winograd }));
  const loop = new CompiledLoop(graph, threads);
  if (!loop.isLarge) return loop;
  const smaller = recompute(graph, { order: executionOrder, share: recomputedShare });
  return new CompiledLoop(earlyMasks(smaller, executionOrder), threads);
}
