/**
 * Times steps of a network, by ours and by PyTorch in turn.
 *
 * @module
 */
import type { Precision } from "../../lib/compile/stablehlo/precision.ts";
import { optimizerParameter } from "../../lib/nn/sgd.ts";
import { trainingProgram } from "../../lib/nn/training_program.ts";
import { initialVariables } from "../../lib/nn/variables.ts";
import type { RunInputs, RunOutputs } from "../../lib/runtimes/program.ts";
import type { Executable } from "../../lib/runtimes/runtime.ts";
import type { Engine } from "./engines.ts";
import type { Mode, Pytorch } from "./pytorch.ts";
import { classes, image, type Subject } from "./subjects.ts";
import { examplesOf, writeTask } from "./task.ts";

const [mean, deviation] = [0.5, 0.25];
const optimizer = optimizerParameter.parse({ lr: 0.01, momentum: 0.9, weightDecay: 5e-4 });

/** What is measured, and how often. */
export interface MeasurementOptions {
  /** The network. */
  readonly subject: Subject;
  /** Of products and convolutions. */
  readonly precision: Precision;
  /** Examples a step. */
  readonly batch: number;
  /** Rounds that count; one before them warms up. */
  readonly rounds: number;
  /** Ours that have the precision. */
  readonly engines: readonly Engine[];
  /** PyTorch, where it is compared with. */
  readonly pytorch?: Pytorch | undefined;
  /** How PyTorch runs its steps. */
  readonly modes: readonly Mode[];
}

/** What an engine took. */
export interface Timing {
  /** Of a step in milliseconds, a round each. */
  readonly times: number[];
  /** Of the first round, in milliseconds: of all its steps, with what is compiled when they are first met. */
  first?: number;
  /** Of ours: whether the losses of all rounds were the same bytes. */
  sameBytes?: boolean;
  /** What went wrong, if anything did: it was not tried again. */
  error?: string;
}

/** Timings by the name of an engine or of a way of PyTorch's. */
export type Timings = Partial<Record<Engine["name"] | Mode, Timing>>;

/** What came of a measurement. */
export interface Measurement {
  /** What took how long. */
  readonly timings: Timings;
  /** What PyTorch computes on. */
  readonly device?: string;
}

/**
 * Measures. An engine that fails, or whose first losses are not those of the first one, leaves its error and is not tried
 * again: the others go on.
 */
export async function measure(options: MeasurementOptions): Promise<Measurement> {
  const { subject: { model, steps, kind }, precision, batch, rounds, pytorch, modes } = options;
  const normalisation = { mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] };
  const program = trainingProgram(model, normalisation, optimizer);
  const inputs = inputsOf(options, steps);
  await using stack = new AsyncDisposableStack();
  const timings: Timings = {};
  const reference = new Reference(options);
  const attempt = async (name: keyof Timings, action: (timing: Timing) => Promise<void>) => {
    const timing = timings[name] ??= { times: [] };
    if (timing.error !== undefined) return;
    await action(timing).catch((error) => timing.error = (error as Error).message);
  };
  const ours = options.engines.map((engine) => {
    const own = Math.max(2, Math.round(steps * engine.share));
    let executable: Executable | undefined;
    return {
      name: engine.name,
      steps: own,
      inputs: own === steps ? inputs : shortened(inputs, batch, own),
      async run(inputs: RunInputs): Promise<RunOutputs> {
        executable ??= stack.adopt(
          await engine.runtime.compile(program, { batch, precision }),
          (made) => made.dispose(),
        );
        return await executable.run(inputs);
      },
    };
  });
  let device: string | undefined;
  if (pytorch !== undefined) {
    const task = stack.use(await writeTask(model, inputs, initialVariables(model, 0)));
    const { lr, momentum, weightDecay } = optimizer;
    const settings = { mean, deviation, precision, optimizer: { lr, momentum, weight_decay: weightDecay } };
    device = await pytorch.prepare({ tensors: task.path, kind, batch, ...settings });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run, steps, inputs } of ours) {
      await attempt(name, async (timing) => {
        const start = performance.now();
        const outputs = await run(inputs);
        note(timing, round, performance.now() - start, steps);
        const losses = lossesOf(outputs);
        reference.check(name, losses);
        timing.sameBytes = (timing.sameBytes ?? true) && reference.isAsBefore(name, losses);
      });
    }
    for (const mode of pytorch === undefined ? [] : modes) {
      await attempt(mode, async (timing) => {
        const { milliseconds, losses } = await pytorch!.run(mode);
        note(timing, round, milliseconds, steps);
        if (mode === "eager") reference.check("PyTorch", losses);
      });
    }
  }
  return { timings, ...device === undefined ? {} : { device } };
}

function note(timing: Timing, round: number, milliseconds: number, steps: number): void {
  if (round > 0) timing.times.push(milliseconds / steps);
  else timing.first = milliseconds;
}

function inputsOf({ subject: { model }, batch }: MeasurementOptions, steps: number): RunInputs {
  const velocities = Object.entries(model.parameters).map(([name, { shape }]) => {
    return [`velocities/${name}`, new Float32Array(shape.reduce((size, extent) => size * extent, 1))];
  });
  return {
    ...examplesOf(image, classes, batch, steps),
    scalars: { learningRate: new Float32Array(steps).fill(optimizer.lr) },
    state: { ...initialVariables(model, 0), ...Object.fromEntries(velocities) },
  };
}

/** The same for the first steps alone. */
function shortened(inputs: RunInputs, batch: number, steps: number): RunInputs {
  return {
    ...inputs,
    order: inputs.order.subarray(0, steps * batch),
    scalars: { learningRate: inputs.scalars!.learningRate!.subarray(0, steps) },
  };
}

function lossesOf({ steps }: RunOutputs): readonly number[] {
  return [...steps.loss!.data];
}

/** The losses that the others have to have: of the first two steps, and but for rounding, which later steps multiply. */
class Reference {
  #first: { readonly name: string; readonly losses: readonly number[] } | undefined;
  readonly #before = new Map<string, readonly number[]>();

  constructor(readonly options: Pick<MeasurementOptions, "subject" | "precision">) {}

  check(name: string, losses: readonly number[]): void {
    this.#first ??= { name, losses };
    const { subject, precision } = this.options;
    const tolerance = precision === "float32" ? 1e-3 : 0.05;
    for (const step of [0, 1]) {
      const [loss, expected] = [losses[step]!, this.#first.losses[step]!];
      if (Math.abs(loss - expected) <= tolerance * expected) continue;
      throw new Error(
        `${subject.name} in ${precision}: the loss of step ${step + 1} is ${loss} by ${name}, ` +
          `${expected} by ${this.#first.name}`,
      );
    }
  }

  isAsBefore(name: string, losses: readonly number[]): boolean {
    const before = this.#before.get(name) ?? losses;
    this.#before.set(name, before);
    return losses.every((loss, step) => Object.is(loss, before[step]));
  }
}
