import { examplesOf } from "../../lib/nn/evaluation.ts";
import type { LayerPoint } from "../../lib/nn/layer_point.ts";
import { evaluatedNetwork } from "../../lib/nn/measured_sets.ts";
import type { Model } from "../../lib/nn/model.ts";
import type { Normalisation } from "../../lib/nn/normalisation.ts";
import type { Variables } from "../../lib/nn/variables.ts";
import type { Split } from "../../lib/datasets/dataset.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";

/** The features of a model's layers at a point, by the evaluation that measurements use. */
export async function layersAt(
  point: LayerPoint,
  { model, normalisation, variables, split, runtime }: {
    readonly model: Model;
    readonly normalisation: Normalisation;
    readonly variables: Variables;
    readonly split: Split;
    readonly runtime: Runtime;
  },
): Promise<ArrayLike<number>[]> {
  const { examples, constants, apply } = evaluatedNetwork(model, normalisation, { point, augmentation: null });
  const names = model.layers.map(({ name }) => name);
  const executable = await runtime.compile({
    name: "layers",
    examples,
    scalars: [],
    constants,
    state: {},
    body: (inputs) => {
      const { layers } = apply(inputs);
      return { state: {}, rows: Object.fromEntries(names.map((name, index) => [name, layers[index]!])) };
    },
  }, { batch: 2 });
  const order = Int32Array.from({ length: split.count }, (_, index) => index);
  const { rows } = await executable.run({ examples: { ...examplesOf(split) }, order, constants: variables });
  await executable.dispose();
  return names.map((name) => rows[name]!.data);
}
