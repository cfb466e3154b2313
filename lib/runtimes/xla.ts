import type { Graph } from "../compile/graph/graph.ts";
import { optimise } from "../compile/passes/optimise.ts";
import { type LoopValue, type LoweredLoop, lowerLoop } from "../compile/stablehlo/loop.ts";
import { traceProgram } from "../compile/trace/trace.ts";
import { inTurn } from "../compile/trace/turn.ts";
import { checkInputs, type Extent } from "./check.ts";
import type { Data, Program, RunInputs, RunOutputs } from "./program.ts";
import { collect, type Results } from "./results.ts";
import type { CompileOptions, Executable, Runtime } from "./runtime.ts";
import type { Buffer, Client, LoadedProgram } from "./xla/client.ts";
import { compilerOptions } from "./xla/compiler_options.ts";
import { cudaFolder } from "./xla/cuda_folder.ts";
import { type BufferScope, withBuffers } from "./xla/buffer_scope.ts";
import { acquireClient, releaseClient } from "./xla/shared_client.ts";

/** Programs compiled by XLA and run by a PJRT plugin, on a CPU or a GPU: a whole loop is one executable. */
export const xlaRuntime: Runtime = {
  name: "xla",
  async compile(program, options): Promise<Executable> {
    const graph = optimise(await inTurn(() => traceProgram(program, options.batch)));
    return new XlaExecutable(program, options, graph, acquireClient());
  },
};

/** A loop compiled for a number of steps of a size of batch, over data sets of a size. */
interface Loop {
  readonly lowered: LoweredLoop;
  readonly loaded: LoadedProgram;
}

/** Steps of one size of batch, one after another. */
interface Stretch {
  readonly batch: number;
  readonly firstStep: number;
  readonly steps: number;
}

class XlaExecutable implements Executable {
  readonly #graphs = new Map<number, Graph>();
  readonly #loops = new Map<string, Loop>();

  constructor(readonly program: Program, readonly options: CompileOptions, graph: Graph, readonly client: Client) {
    this.#graphs.set(options.batch, graph);
  }

  async run(inputs: RunInputs): Promise<RunOutputs> {
    const extent = checkInputs(this.program, this.options.batch, inputs);
    return await withBuffers(this.client, async (scope) => {
      const resident = new Map<string, Buffer>();
      const [steps, rows]: [Results, Results] = [{}, {}];
      let state: Readonly<Record<string, Float32Array | Int32Array>> = inputs.state ?? {};
      const stretches = stretchesOf(extent, this.options.batch);
      for (const [index, stretch] of stretches.entries()) {
        const { lowered: { parameters, results }, loaded } = await this.#loopFor(extent.count, stretch);
        const given: Buffer[] = [];
        for (const parameter of parameters) given.push(await this.#hand(parameter, stretch, inputs, resident, scope));
        const made = scope.hold(await this.client.execute(loaded, given));
        for (const [at, result] of results.entries()) {
          const { role, name, shape, dtype } = result;
          const buffer = made[at]!;
          if (role === "state") {
            // The state before was taken over; the one after goes into the next stretch as it is.
            scope.free(resident.get(keyOf(result))!);
            resident.set(keyOf(result), buffer);
            if (index < stretches.length - 1) continue;
            state = { ...state, [name]: await this.client.take(buffer, shape, dtype) as Float32Array | Int32Array };
            continue;
          }
          const data = await this.client.take(buffer, shape, dtype);
          scope.free(buffer);
          if (role === "step") collect(steps, name, data, stretch.firstStep, [extent.steps, ...shape.slice(1)]);
          else {
            const first = stretch.firstStep * this.options.batch;
            collect(rows, name, data, first, [inputs.order.length, ...shape.slice(1)]);
          }
        }
      }
      const values = Object.keys(this.program.state).map((name) => [name, state[name]!]);
      return { state: Object.fromEntries(values), steps, rows };
    });
  }

  dispose(): Promise<void> {
    for (const { loaded } of this.#loops.values()) this.client.unload(loaded);
    this.#loops.clear();
    releaseClient();
    return Promise.resolve();
  }

  /** What a stretch gets as a parameter: what is resident stays over the stretches. */
  async #hand(
    parameter: LoopValue,
    { batch, firstStep, steps }: Stretch,
    inputs: RunInputs,
    resident: Map<string, Buffer>,
    scope: BufferScope,
  ): Promise<Buffer> {
    const { role, name, shape } = parameter;
    const known = resident.get(keyOf(parameter));
    if (known !== undefined) return known;
    const first = firstStep * this.options.batch;
    const data: Data = role === "order"
      ? inputs.order.subarray(first, first + steps * batch)
      : role === "scalar"
      ? inputs.scalars![name]!.subarray(firstStep, firstStep + steps)
      : role === "example"
      ? inputs.examples[name]!
      : role === "constant"
      ? inputs.constants?.[name] ?? inputs.doubles![name]!
      : inputs.state![name]!;
    const [buffer] = scope.hold([await this.client.put(data, shape)]) as [Buffer];
    if (role !== "order" && role !== "scalar") resident.set(keyOf(parameter), buffer);
    return buffer;
  }

  async #loopFor(count: number, { batch, steps }: Stretch): Promise<Loop> {
    const key = `${count} ${batch} ${steps}`;
    const known = this.#loops.get(key);
    if (known !== undefined) return known;
    const graph = this.#graphs.get(batch) ?? optimise(await inTurn(() => traceProgram(this.program, batch)));
    this.#graphs.set(batch, graph);
    const lowered = lowerLoop(graph, { count, steps, precision: this.options.precision ?? "float32" });
    const { platform, plugin } = this.client;
    const options = compilerOptions(platform, platform === "cuda" ? cudaFolder(plugin.path) : undefined);
    const loaded = await this.client.compile(lowered.text, lowered.results.length, options);
    const loop = { lowered, loaded };
    this.#loops.set(key, loop);
    return loop;
  }
}

/** The steps of whole batches, and that of the rest. */
function stretchesOf({ steps, last }: Extent, batch: number): Stretch[] {
  const whole = last === batch ? steps : steps - 1;
  return [
    { batch, firstStep: 0, steps: whole },
    { batch: last, firstStep: whole, steps: steps - whole },
  ].filter(({ steps }) => steps > 0);
}

function keyOf({ role, name }: LoopValue): string {
  return `${role} ${name}`;
}
