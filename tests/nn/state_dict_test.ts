import assert from "node:assert/strict";
import { readSafetensors, writeSafetensors } from "../../lib/formats/safetensors.ts";
import { buildModel, modelParameter } from "../../lib/nn/model_parameter.ts";
import { encodeStateDict, type Network, readStateDict } from "../../lib/nn/state_dict.ts";
import { initialVariables } from "../../lib/nn/variables.ts";

function network(model: object, input: [number, number, number] = [8, 8, 3]): Network {
  return { model: modelParameter.parse(model), input, classes: 5 };
}

const networks = [
  network({ kind: "mlp", depth: 2, width: 6 }),
  network({ kind: "mlp", depth: 1, width: 4, batchNorm: false }, [2, 3, 1]),
  network({ kind: "convnet", depth: 2, width: 4 }),
  network({ kind: "resnet18", width: 2 }),
];

async function inFile(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  try {
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

for (const each of networks) {
  Deno.test(`readStateDict() gives back what encodeStateDict() wrote: ${JSON.stringify(each.model)}`, () =>
    inFile(async (path) => {
      const variables = initialVariables(buildModel(each.model, each.input, each.classes), 1);
      await Deno.writeFile(path, encodeStateDict(each, variables));
      assert.deepEqual(await readStateDict(path, each), variables);
    }));
}

Deno.test("encodeStateDict() writes the names and shapes that torchvision's resnet18 has", () =>
  inFile(async (path) => {
    const resnet = network({ kind: "resnet18", width: 64 });
    await Deno.writeFile(path, encodeStateDict(resnet, initialVariables(buildModel(resnet.model, resnet.input, 5), 0)));
    const { tensors } = await readSafetensors(path);
    const names = Object.keys(tensors);
    assert.equal(names.length, 122);
    const shapes = Object.fromEntries(names.map((name) => [name, tensors[name]!.shape]));
    assert.deepEqual(shapes["conv1.weight"], [64, 3, 3, 3]);
    assert.deepEqual(shapes["layer2.0.conv1.weight"], [128, 64, 3, 3]);
    assert.deepEqual(shapes["layer4.0.downsample.0.weight"], [512, 256, 1, 1]);
    assert.deepEqual(shapes["layer4.1.bn2.running_var"], [512]);
    assert.deepEqual(shapes["bn1.num_batches_tracked"], []);
    assert.deepEqual(shapes["fc.weight"], [5, 512]);
  }));

Deno.test("a perceptron's state_dict gives our logits by PyTorch's order: channels first, rows of outputs", () =>
  inFile(async (path) => {
    const each = network({ kind: "mlp", depth: 1, width: 4, batchNorm: false }, [2, 3, 2]);
    const variables = initialVariables(buildModel(each.model, each.input, 5), 3);
    await Deno.writeFile(path, encodeStateDict(each, variables));
    const { tensors } = await readSafetensors(path);
    const [weight, bias] = ["layers.0.weight", "layers.0.bias"].map((name) => tensors[name]!.data as Float32Array);
    const image = Float32Array.from({ length: 12 }, (_, index) => Math.sin(index));
    for (let unit = 0; unit < 4; unit++) {
      let [ours, theirs] = [variables["parameters/1.bias"]![unit]!, bias![unit]!];
      for (let row = 0; row < 2; row++) {
        for (let column = 0; column < 3; column++) {
          for (let channel = 0; channel < 2; channel++) {
            const pixel = image[(row * 3 + column) * 2 + channel]!;
            ours += pixel * variables["parameters/1.weight"]![((row * 3 + column) * 2 + channel) * 4 + unit]!;
            theirs += pixel * weight![unit * 12 + channel * 6 + row * 3 + column]!;
          }
        }
      }
      assert.equal(theirs, ours);
    }
  }));

Deno.test("readStateDict() takes pytorch-cifar's names, and those that wrappers leave", () =>
  inFile(async (path) => {
    const resnet = network({ kind: "resnet18", width: 2 });
    const variables = initialVariables(buildModel(resnet.model, resnet.input, 5), 0);
    await Deno.writeFile(path, encodeStateDict(resnet, variables));
    const { tensors, metadata } = await readSafetensors(path);
    const renamed = Object.entries(tensors).map(([name, tensor]) => {
      return [`module.${name.replace("downsample", "shortcut").replace(/^fc/, "linear")}`, tensor] as const;
    });
    await writeSafetensors(path, { tensors: Object.fromEntries(renamed), metadata });
    assert.deepEqual(await readStateDict(path, resnet), variables);
  }));

Deno.test("readStateDict() names the tensor that is missing, has another shape or is none of the model's", () =>
  inFile(async (path) => {
    const small = network({ kind: "mlp", depth: 1, width: 4 }, [2, 2, 1]);
    const variables = initialVariables(buildModel(small.model, small.input, 5), 0);
    await Deno.writeFile(path, encodeStateDict(small, variables));
    const refused = async (model: object, message: RegExp) =>
      await assert.rejects(readStateDict(path, network(model, [2, 2, 1])), (error: Error) => {
        assert.ok(error.message.startsWith(`${path}: `));
        return message.test(error.message);
      });
    await refused(
      { kind: "mlp", depth: 2, width: 4 },
      /no tensor named "layers\.1\.weight"; found layers\.0\.weight, /,
    );
    await refused(
      { kind: "mlp", depth: 1, width: 5 },
      /tensor "layers\.0\.weight" has shape \[4,4\], the model needs \[5,4\]/,
    );
    await refused({ kind: "mlp", depth: 1, width: 4, batchNorm: false }, /no tensor named "layers\.0\.bias"/);
    const { tensors, metadata } = await readSafetensors(path);
    await writeSafetensors(path, { tensors: { ...tensors, "extra.weight": tensors["output.bias"]! }, metadata });
    await refused({ kind: "mlp", depth: 1, width: 4 }, /tensor "extra\.weight" is none of the model's$/);
  }));
