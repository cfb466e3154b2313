import assert from "node:assert/strict";
import { OnnxGraph } from "../../lib/compile/onnx/model.ts";
import { Message } from "../../lib/compile/onnx/protobuf.ts";
import { decodeOnnx } from "../../lib/formats/onnx.ts";
import { fieldsOf, integersOf } from "../../lib/formats/protobuf_fields.ts";

Deno.test("fieldsOf() reads what Message wrote", () => {
  const message = new Message().integer(1, 150).text(2, "testing").float(3, 1).integer(20, 2 ** 40).bytes(
    4,
    new Uint8Array(200),
  );
  assert.deepEqual([...fieldsOf(message.finish())], [
    { number: 1, value: 150 },
    { number: 2, value: new TextEncoder().encode("testing") },
    { number: 3, value: Uint8Array.of(0, 0, 0x80, 0x3f) },
    { number: 20, value: 2 ** 40 },
    { number: 4, value: new Uint8Array(200) },
  ]);
  assert.deepEqual(integersOf(Uint8Array.of(3, 0x96, 1)), [3, 150]);
});

/** A model of one node with constants of several types. */
function model(): Uint8Array {
  const graph = new OnnxGraph("n");
  graph.namedConstant("a/weight", "float32", Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
  graph.namedConstant("count", "int64", BigInt64Array.of(7n), []);
  graph.namedConstant("switch", "bool", Uint8Array.of(1), [1]);
  graph.input("x", "float32", [2, 3]);
  graph.addNamed("Add", ["x", "a/weight"], ["y"]);
  graph.output("y", "float32", [2, 3]);
  return graph.model({ origin: "a test", empty: "" });
}

Deno.test("decodeOnnx() reads constants by name, but those of types that nobody asks for, and the free text", () => {
  assert.deepEqual(decodeOnnx(model(), "a.onnx"), {
    tensors: {
      "a/weight": { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
      count: { dtype: "I64", shape: [], data: BigInt64Array.of(7n) },
    },
    metadata: { origin: "a test", empty: "" },
  });
});

Deno.test("decodeOnnx() reads extents that were written together", () => {
  const tensor = new Message().bytes(1, Uint8Array.of(1, 2)).integer(2, 2).text(8, "a").bytes(9, Uint8Array.of(5, 6));
  const bytes = new Message().message(7, new Message().message(5, tensor)).finish();
  assert.deepEqual(decodeOnnx(bytes, "a.onnx").tensors, {
    a: { dtype: "U8", shape: [1, 2], data: Uint8Array.of(5, 6) },
  });
});

Deno.test("decodeOnnx() names a file that was cut anywhere, or is none", () => {
  const whole = model();
  let read = 0;
  for (let size = 0; size < whole.length; size++) {
    try {
      // Between two fields at the end a cut cannot be told.
      const { tensors } = decodeOnnx(whole.subarray(0, size), "a.onnx");
      assert.deepEqual(Object.keys(tensors), ["a/weight", "count"]);
      read++;
    } catch (error) {
      assert.match((error as Error).message, /^a\.onnx: not a complete ONNX model: /);
    }
  }
  assert.ok(read < 6, `${read}`);
  const tensor = new Message().integer(1, 3).integer(2, 1).text(8, "a").bytes(9, new Uint8Array(8));
  assert.throws(() => decodeOnnx(new Message().message(7, new Message().message(5, tensor)).finish(), "a.onnx"), {
    message: 'a.onnx: not a complete ONNX model: constant "a" of shape [3] has 8 bytes in it, expected 12',
  });
  const elsewhere = new Message().integer(1, 3).integer(2, 1).text(8, "a");
  assert.throws(() => decodeOnnx(new Message().message(7, new Message().message(5, elsewhere)).finish(), "a.onnx"), {
    message: 'a.onnx: not a complete ONNX model: constant "a" of shape [3] has no bytes in it, expected 12',
  });
  elsewhere.integer(14, 1);
  assert.throws(() => decodeOnnx(new Message().message(7, new Message().message(5, elsewhere)).finish(), "a.onnx"), {
    message: 'a.onnx: not a complete ONNX model: constant "a" lies in a file of its own; write the model with all in ' +
      "one (torch: external_data=False)",
  });
  assert.throws(() => decodeOnnx(new TextEncoder().encode("not a model"), "a.onnx"), {
    message: /^a\.onnx: not a complete ONNX model: /,
  });
});
