import assert from "node:assert/strict";
import { LayerMeasurement, type MeasuredData, type Measurement } from "../../lib/collapse/measurement.ts";
import { exampleSpecs, forward } from "../../lib/nn/forward.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { initialVariables, variableTensors } from "../../lib/nn/variables.ts";
import { onnxRuntime } from "../../lib/runtimes/onnx.ts";
import type { Runtime } from "../../lib/runtimes/runtime.ts";
import { uniform } from "./clouds.ts";

const [image, classes] = [[8, 8, 1] as [number, number, number], 3];
const next = uniform(4);

function setOf(count: number): { images: Uint8Array; labels: Int32Array } {
  return {
    images: Uint8Array.from({ length: 64 * count }, () => 256 * next()),
    labels: Int32Array.from({ length: count }, () => classes * next()),
  };
}
const sets = { train: setOf(230), test: setOf(90) };

/** Measures an untrained network, counts how many examples the engine evaluated it on, and lists the layers whose features it kept. */
async function measured(
  parameters: Record<string, unknown>,
  { room, ...data }: { room?: number } & Pick<MeasuredData, "save" | "saved"> = {},
): Promise<{ evaluated: number; kept: string[]; found: Measurement[] }> {
  const model = buildModel(modelParameter.parse(parameters), image, classes);
  const constants = initialVariables(model, 0);
  let evaluated = 0;
  const kept = new Set<string>();
  const runtime: Runtime = {
    name: "counting",
    compile: async (program, options) => {
      const executable = await onnxRuntime.compile(program, options);
      for (const name of Object.keys(program.examples)) if (name.startsWith("layer/")) kept.add(name);
      return {
        run: (inputs) => {
          if ("images" in program.examples) evaluated += inputs.order.length;
          return executable.run(inputs);
        },
        dispose: () => executable.dispose(),
      };
    },
  };
  const measurement = new LayerMeasurement({
    layers: model.layers,
    classes,
    examples: exampleSpecs(model),
    constants: variableTensors(model),
    apply: ({ examples, constants }) => {
      return forward(model, { mean: [0.5], deviation: [0.25] }, constants, examples.images!);
    },
  }, { runtime, threads: 1, batch: 50, ...(room === undefined ? {} : { room }) });
  try {
    const part = (examples: MeasuredData["sets"]["train"]["examples"]) => ({ examples, constants });
    const found = await measurement.measure({ sets: { train: part(sets.train), test: part(sets.test) }, ...data });
    return { evaluated, kept: [...kept], found };
  } finally {
    await measurement.dispose();
  }
}

const layerNames = buildModel(modelParameter.parse({ kind: "resnet18", width: 2 }), image, classes).layers.map((
  { name },
) => name);
const resnet = { kind: "resnet18", width: 2 };
/** A batch for the first shifts of each set, and all examples. */
const once = 2 * 50 + 320;

Deno.test("Features of a convolutional network that fit in memory are computed once, with the same bytes for a result", async () => {
  const twice = await measured(resnet, { room: 0 });
  assert.deepEqual([twice.evaluated, twice.kept], [once + 320, []]);
  const { evaluated, found } = await measured(resnet);
  assert.equal(evaluated, once);
  assert.deepEqual(found, twice.found);
});

Deno.test("Features of the last layers that fit are kept, those of the others computed twice, with the same bytes for a result", async () => {
  const { found } = await measured(resnet, { room: 0 });
  const sizes = [2, 4, 8, 16].map((channels, group) => channels * (8 / 2 ** group) ** 2);
  for (const first of [1, 2, 3]) {
    const features = sizes.slice(first).reduce((sum, size) => sum + size, classes);
    const kept = layerNames.slice(first).map((name) => `layer/${name}`);
    // As many as the larger set has room for.
    assert.deepEqual(await measured(resnet, { room: 230 * 4 * features }), { found, kept, evaluated: once + 320 });
  }
});

Deno.test("A narrow perceptron is run twice, which takes less time than to keep its features", async () => {
  assert.equal((await measured({ kind: "mlp", depth: 3, width: 20 })).evaluated, once + 320);
});

Deno.test("Features that are kept are saved as those that are not", async () => {
  const saved = async (room?: number) => {
    const found: [string, number, number, Float32Array][] = [];
    await measured(resnet, {
      ...(room === undefined ? {} : { room }),
      save: [2, 4],
      saved: (split, layer, start, features) => found.push([split, layer, start, features.slice()]),
    });
    return found;
  };
  const found = await saved();
  assert.deepEqual(found.map(([split, layer, start]) => [split, layer, start]), [
    ["train", 2, 0],
    ["train", 4, 0],
    ["test", 2, 0],
    ["test", 4, 0],
  ]);
  assert.deepEqual(found, await saved(0));
});
