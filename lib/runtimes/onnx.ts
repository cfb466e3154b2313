import * as ort from "onnxruntime-node";
import { sizeOf } from "../compile/graph/shape.ts";
import { orderName, valueName } from "../compile/onnx/loop.ts";
import { checkInputs } from "./check.ts";
import { type CompiledLoop, compileLoop } from "./onnx/compiled_loop.ts";
import type { Data, Program, ResultData, RunInputs, RunOutputs } from "./program.ts";
import { collect, type Results } from "./results.ts";
import type { CompileOptions, Executable, Runtime } from "./runtime.ts";

/** Programs compiled to ONNX and run by ONNX Runtime on the CPU, a whole loop a call. */
export const onnxRuntime: Runtime = {
  name: "onnx",
  compile: async (program, options) => {
    const loop = await compileLoop(program, options);
    await loop.session();
    return new OnnxExecutable(program, options, loop);
  },
  async memory(program, batches) {
    const loops: CompiledLoop[] = [];
    for (const batch of new Set(batches)) loops.push(await compileLoop(program, { batch }));
    const bytes = loops.map(({ values }) => values);
    const values = loops.some(({ isLarge }) => isLarge) ? Math.max(...bytes) : total(bytes);
    return values + total(loops.map(({ overhead }) => overhead));
  },
};

/** Bytes of row outputs that one call may hold, since ONNX Runtime keeps them twice while it joins them. */
const chunkBytes = 2 ** 26;

/** A stretch of steps of one size of batch. */
interface Stretch {
  readonly loop: CompiledLoop;
  readonly firstStep: number;
  readonly steps: number;
  readonly firstExample: number;
}

class OnnxExecutable implements Executable {
  /** For the last batch where it is smaller, by its size. */
  readonly #partial = new Map<number, CompiledLoop>();

  constructor(readonly program: Program, readonly options: CompileOptions, readonly full: CompiledLoop) {}

  async run(inputs: RunInputs): Promise<RunOutputs> {
    const { batch } = this.options;
    const extent = checkInputs(this.program, batch, inputs);
    const resident = residentFeeds(this.program, inputs, extent.count);
    let state = stateFeeds(this.program, inputs);
    const [steps, rows]: [Results, Results] = [{}, {}];
    for await (const stretch of this.#stretches(extent.steps, extent.last)) {
      const feeds = { ...resident, ...state, ...stepFeeds(this.program, inputs, stretch) };
      const results = await (await this.#sessionOf(stretch.loop)).run(feeds);
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
    for (const loop of this.#loops) await loop.release();
    this.#partial.clear();
  }

  get #loops(): CompiledLoop[] {
    return [this.full, ...this.#partial.values()];
  }

  async #sessionOf(loop: CompiledLoop): Promise<ort.InferenceSession> {
    if (this.full.isLarge) { for (const other of this.#loops.filter((other) => other !== loop)) await other.release(); }
    return await loop.session();
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

  async #loopFor(size: number): Promise<CompiledLoop> {
    const known = this.#partial.get(size);
    if (known !== undefined) return known;
    const loop = await compileLoop(this.program, { ...this.options, batch: size });
    this.#partial.set(size, loop);
    return loop;
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
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
