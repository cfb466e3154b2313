import assert from "node:assert/strict";
import { classifierWeights } from "../../lib/nn/classifier.ts";
import { modelParameter } from "../../lib/nn/model_parameter.ts";
import { modelOf } from "../../lib/nn/snapshot.ts";
import { initialVariables } from "../../lib/nn/variables.ts";

Deno.test("classifierWeights() finds the last linear map of every family, which the last layer's width is a multiple of", () => {
  for (
    const parameters of [{ kind: "mlp", depth: 2, width: 6 }, { kind: "resnet18", width: 2 }, {
      kind: "convnet",
      depth: 2,
      width: 4,
    }]
  ) {
    const network = { model: modelParameter.parse(parameters), input: [8, 8, 1] as const, classes: 3 };
    const model = modelOf(network);
    const weights = classifierWeights({ variables: initialVariables(model, 0) });
    assert.equal(model.layers.at(-1)!.size % (weights.length / 3), 0);
  }
});

Deno.test("classifierWeights() says what a snapshot without one has", () => {
  assert.throws(() => classifierWeights({ variables: { "parameters/other": new Float32Array(1) } }), {
    message: "A snapshot without the variable parameters/output.weight; it has parameters/other",
  });
});
