import * as ort from "onnxruntime-node";
import type { Graph } from "../compile/graph/graph.ts";
import { livenessOf } from "../compile/graph/liveness.ts";
import { sizeOf } from "../compile/graph/shape.ts";
import { lowerLoop, orderName, valueName } from "../compile/onnx/loop.ts";
import { executionOrder } from "../compile/onnx/order.ts";
import { onnxPasses } from "../compile/onnx/passes.ts";
import { safeThreads } from "../compile/onnx/threads.ts";
import { optimise } from "../compile/passes/optimise.ts";
import { traceProgram } from "../compile/trace/trace.ts";
import { inTurn } from "../compile/trace/turn.ts";
import { checkInputs } from "./check.ts";
import type { Data, Program, ResultData, RunInputs, RunOutputs } from "./program.ts";
import { collect, type Results } from "./results.ts";
import type { CompileOptions, Executable, Runtime } from "./runtime.ts";

/** Programs compiled to ONNX and run by ONNX Runtime on the CPU, a whole loop a call. */
export const onnxRuntime: Runtime = {
  name: "onnx",
  compile: async (program, options) => {
    const loop = await compileLoop(program, options);
    return new OnnxExecutable(program, options, loop);
  },
};

/** Bytes of row outputs that one call may hold, since ONNX Runtime keeps them twice while it joins them. */
const chunkBytes = 2 ** 26;

/** Bytes of activations, at most, whose places ONNX Runtime plans ahead. */
const plannedBytes = 2 ** 25;

/** A program compiled for one size of batch. */
interface Loop {
  readonly graph: Graph;
  readonly session: ort.InferenceSession;
}

/** A stretch of steps of one size of batch. */
interface Stretch {
  readonly loop: Loop;
  readonly firstStep: number;
  readonly steps: number;
  readonly firstExample: number;
}

class OnnxExecutable implements Executable {
  /** For the last batch where it is smaller, by its size. */
  readonly #partial = new Map<number, Loop>();

  constructor(readonly program: Program, readonly options: CompileOptions, readonly full: Loop) {}

  async run(inputs: RunInputs): Promise<RunOutputs> {
    const { batch } = this.options;
    const extent = checkInputs(this.program, batch, inputs);
    const resident = residentFeeds(this.program, inputs, extent.count);
    let state = stateFeeds(this.program, inputs);
    const [steps, rows]: [Results, Results] = [{}, {}];
    for await (const stretch of this.#stretches(extent.steps, extent.last)) {
      const feeds = { ...resident, ...state, ...stepFeeds(this.program, inputs, stretch) };
      const results = await stretch.loop.session.run(feeds);
      for (const { role, name, node } of stretch.loop.graph.outputs) {
        if (role === "state") continue;
        const data = results[valueName(role, name)]!.data as ResultData;
        if (role === "step") collect(steps, name, data, stretch.firstStep, [extent.steps, ...node.shape]);
        else collect(rows, name, data, stretch.firstExample, [inputs.order.length, ...node.shape.slice(1)]);
      }
      const next = Object.keys(this.program.state).map((
        name,
      ) => [valueName("state", name), results[valueName("next", name)]!]);
      state = Object.fromEntries(next);
    }
    const values = Object.keys(this.program.state).map((name) => [name, state[valueName("state", name)]!.data]);
    return { state: Object.fromEntries(values), steps, rows };
  }

  async dispose(): Promise<void> {
    for (const { session } of [this.full, ...this.#partial.values()]) await session.release();
    this.#partial.clear();
  }

  async *#stretches(steps: number, last: number): AsyncGenerator<Stretch> {
    const { batch } = this.options;
    const whole = last === batch ? steps : steps - 1;
    const rowSizes = this.full.graph.outputs.map(({ role, node }) => role === "row" ? 4 * sizeOf(node.shape) : 0);
    const most = Math.max(1, Math.floor(chunkBytes / Math.max(1, ...rowSizes)));
    for (let firstStep = 0; firstStep < whole; firstStep += most) {
      const count = Math.min(most, whole - firstStep);
      yield { loop: this.full, firstStep, steps: count, firstExample: firstStep * batch };
    }
    if (whole < steps) {
      yield { loop: await this.#loopFor(last), firstStep: whole, steps: 1, firstExample: whole * batch };
    }
  }

  async #loopFor(size: number): Promise<Loop> {
    const known = this.#partial.get(size);
    if (known !== undefined) return known;
    const loop = await compileLoop(this.program, { ...this.options, batch: size });
    this.#partial.set(size, loop);
    return loop;
  }
}

async function compileLoop(program: Program, { batch, threads = 1, winograd = true }: CompileOptions): Promise<Loop> {
  const graph = optimise(await inTurn(() => traceProgram(program, batch)), onnxPasses({ winograd }));
  const session = await ort.InferenceSession.create(lowerLoop(graph), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    interOpNumThreads: 1,
    intraOpNumThreads: safeThreads(graph, threads),
    // Errors alone: a warning would end up in the stage's log, for the user to wonder about.
    logSeverityLevel: 3,
    // Allocations planned ahead save a small graph a few percent; for them ONNX Runtime keeps the memory of all activations a
    // second time, beside that of the first step.
    enableMemPattern: livenessOf(graph, executionOrder(graph)).peak <= plannedBytes,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  return { graph, session };
}

function residentFeeds(program: Program, inputs: RunInputs, count: number): Record<string, ort.Tensor> {
  const examples = Object.entries(program.examples).map(([name, { shape }]) => {
    return [valueName("example", name), tensorOf(inputs.examples[name]!, [count, ...shape])];
  });
  const constants = Object.entries(program.constants).map(([name, { shape }]) => {
    return [valueName("constant", name), tensorOf(inputs.constants![name]!, shape)];
  });
  const doubles = Object.entries(program.doubles ?? {}).map(([name, shape]) => {
    return [valueName("constant", name), tensorOf(inputs.doubles![name]!, shape)];
  });
  return Object.fromEntries([...examples, ...constants, ...doubles]);
}

function stateFeeds(program: Program, inputs: RunInputs): Record<string, ort.Tensor> {
  const entries = Object.entries(program.state).map(([name, { shape }]) => {
    return [valueName("state", name), tensorOf(inputs.state![name]!, shape)];
  });
  return Object.fromEntries(entries);
}

function stepFeeds(program: Program, inputs: RunInputs, stretch: Stretch): Record<string, ort.Tensor> {
  const { loop: { graph: { batch } }, firstStep, steps, firstExample } = stretch;
  const order = inputs.order.subarray(firstExample, firstExample + steps * batch);
  const scalars = program.scalars.map((name) => {
    const values = inputs.scalars![name]!.subarray(firstStep, firstStep + steps);
    return [valueName("scalar", name), tensorOf(values, [steps])];
  });
  return { [orderName]: tensorOf(order, [steps, batch]), ...Object.fromEntries(scalars) };
}

function tensorOf(data: Data, shape: readonly number[]): ort.Tensor {
  if (data instanceof Uint8Array) return new ort.Tensor("uint8", data, shape);
  if (data instanceof Float64Array) return new ort.Tensor("float64", data, shape);
  return data instanceof Int32Array ? new ort.Tensor("int32", data, shape) : new ort.Tensor("float32", data, shape);
}
