import * as tf from "@tensorflow/tfjs";
import type { Program, RunInputs } from "../runtimes/program.ts";
import type { Executable } from "../runtimes/runtime.ts";
import type { Model } from "./model.ts";
import type { TrainingOptions } from "./training.ts";
import { trainingExampleSpecs, trainingImages } from "./training_input.ts";
import { grouped, type Variables, variableTensors } from "./variables.ts";

/** What of a training {@linkcode diagnose} needs. */
export type DiagnosisOptions = Pick<
  TrainingOptions,
  "model" | "normalisation" | "augmentation" | "runtime" | "threads" | "batch"
>;

/**
 * Finds where a network stops being finite at a step whose loss is not: goes through the epoch again up to there, and looks at
 * the variables, then at the layers.
 *
 * @param epoch the training program and what it was given
 * @param step the index of the step in the epoch
 * @returns a clause, e.g. `layer 3 is the first that is not finite`
 */
export async function diagnose(
  options: DiagnosisOptions,
  epoch: { readonly executable: Executable; readonly inputs: RunInputs },
  step: number,
): Promise<string> {
  const { model, runtime, threads, batch } = options;
  const { executable, inputs } = epoch;
  const variables = variablesOf(model, step === 0 ? inputs.state! : (await executable.run(firstSteps())).state);
  const variable = firstNotFinite(variables);
  if (variable !== undefined) return `${variable} is the first variable that is not finite`;

  const order = inputs.order.subarray(step * batch, (step + 1) * batch);
  const layers = await runtime.compile(layersProgram(options), { batch: order.length, threads });
  try {
    const { rows } = await layers.run({ examples: inputs.examples, order, constants: variables });
    const values = Object.entries(rows).map(([name, { data }]) => [name, data]);
    const layer = firstNotFinite(Object.fromEntries(values));
    return layer === undefined ? "all layers are finite" : `${layer} is the first that is not finite`;
  } finally {
    await layers.dispose();
  }

  function firstSteps(): RunInputs {
    const scalars = Object.entries(inputs.scalars ?? {}).map(([name, values]) => [name, values.subarray(0, step)]);
    return { ...inputs, order: inputs.order.subarray(0, step * batch), scalars: Object.fromEntries(scalars) };
  }
}

/** The measured layers and the output of a network in training mode, as rows by the names that a message gives them. */
function layersProgram({ model, normalisation, augmentation }: DiagnosisOptions): Program {
  return {
    name: "diagnosis",
    examples: trainingExampleSpecs(model, augmentation),
    scalars: [],
    constants: variableTensors(model),
    state: {},
    body: ({ examples, constants }) => {
      const groups = { parameters: grouped("parameters", constants), statistics: grouped("statistics", constants) };
      const images = trainingImages(examples, normalisation, augmentation);
      const { logits, layers } = model.apply(groups, images, "train");
      const named = model.layers.map(({ name, size }, index) => {
        return [`layer ${name}`, tf.reshape(layers[index]!, [-1, size])];
      });
      return { state: {}, rows: { ...Object.fromEntries(named), "the output": logits } };
    },
  };
}

function variablesOf(model: Model, state: NonNullable<RunInputs["state"]>): Variables {
  return Object.fromEntries(Object.keys(variableTensors(model)).map((name) => [name, state[name] as Float32Array]));
}

function firstNotFinite(values: Readonly<Record<string, ArrayLike<number>>>): string | undefined {
  return Object.keys(values).find((name) => !Array.prototype.every.call(values[name]!, Number.isFinite));
}
