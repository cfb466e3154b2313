import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import {
  decodeSafetensors,
  encodeSafetensors,
  readSafetensors,
  safetensorsDigest,
  type StoredTensor,
  tensorNamed,
  writeSafetensors,
} from "../../lib/formats/safetensors.ts";

const sample = {
  tensors: {
    images: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 255) },
    weights: { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, -0, Infinity, 1e-40) },
    moments: { dtype: "F64", shape: [1, 2], data: Float64Array.of(1 / 3, -1e300) },
    steps: { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 60n)) },
    labels: { dtype: "I32", shape: [0, 5], data: Int32Array.of() },
  },
  metadata: { model: '{"depth":8}', note: "naïve" },
} as const satisfies { tensors: Record<string, StoredTensor>; metadata: Record<string, string> };

/** A file of a given header text and data. */
function raw(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

Deno.test("encodeSafetensors() and decodeSafetensors() return every type, shape and text", () => {
  const decoded = decodeSafetensors(encodeSafetensors(sample), "sample");
  assert.deepEqual({ ...decoded.tensors }, sample.tensors);
  assert.deepEqual(decoded.metadata, sample.metadata);
});

Deno.test("encodeSafetensors() gives the same bytes whatever the order of names", () => {
  const { images, weights, moments, steps, labels } = sample.tensors;
  assert.deepEqual(
    encodeSafetensors({
      tensors: { labels, steps, weights, moments, images },
      metadata: { note: "naïve", model: '{"depth":8}' },
    }),
    encodeSafetensors(sample),
  );
});

Deno.test("safetensorsDigest() is the sha256 of the file's bytes", () => {
  assert.equal(safetensorsDigest(sample), createHash("sha256").update(encodeSafetensors(sample)).digest("hex"));
});

Deno.test("encodeSafetensors() follows the published layout", () => {
  const bytes = encodeSafetensors({
    tensors: { a: { dtype: "F32", shape: [1], data: Float32Array.of(1) } },
    metadata: {},
  });
  const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.padEnd(56);
  assert.deepEqual([...bytes], [56, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 128, 63]);
});

Deno.test("encodeSafetensors() rejects a shape that does not fit the data", () => {
  assert.throws(
    () => encodeSafetensors({ tensors: { a: { dtype: "U8", shape: [2, 2], data: new Uint8Array(3) } }, metadata: {} }),
    { message: 'Tensor "a" of shape [2, 2] cannot hold 3 elements' },
  );
});

Deno.test("decodeSafetensors() reads from any offset of a larger buffer", () => {
  const bytes = encodeSafetensors(sample);
  for (let shift = 1; shift < 8; shift++) {
    const larger = new Uint8Array(bytes.length + shift);
    larger.set(bytes, shift);
    assert.deepEqual({ ...decodeSafetensors(larger.subarray(shift), "shifted").tensors }, sample.tensors);
  }
});

Deno.test("decodeSafetensors() names a file that was cut anywhere", () => {
  const bytes = encodeSafetensors(sample);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeSafetensors(bytes.subarray(0, length), "cut.safetensors"), {
      message: /^cut\.safetensors: not a complete safetensors file: /,
    });
  }
});

Deno.test("decodeSafetensors() says what is wrong with a header", () => {
  const entry = (fields: object) => JSON.stringify({ a: { dtype: "U8", shape: [2], data_offsets: [0, 2], ...fields } });
  const data = new Uint8Array(2);
  const cases: [Uint8Array, string][] = [
    [raw("[]"), "the header is not a JSON object"],
    [raw("{"), "the header is not a JSON object"],
    [raw('{"__metadata__":{"a":1}}'), "__metadata__ is not a map from text to text"],
    [raw(entry({ dtype: "BF16" }), data), 'tensor "a" is of type BF16, expected one of F64, I64, F32, I32, U8'],
    [raw(entry({ shape: [-2] }), data), 'tensor "a" has no valid shape'],
    [raw(entry({ data_offsets: [2, 0] }), data), 'tensor "a" has no valid data_offsets'],
    [raw(entry({ shape: [3] }), data), 'tensor "a" of shape [3] and type U8 needs 3 bytes, found 2'],
    [raw(entry({ data_offsets: [1, 3] }), new Uint8Array(3)), 'tensor "a" starts at byte 1 of the data, expected 0'],
    [raw(entry({}), new Uint8Array(1)), 'tensor "a" ends at byte 2 of the data, which has 1'],
    [raw(entry({}), new Uint8Array(3)), "the tensors fill 2 bytes of the data, which has 3"],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => decodeSafetensors(bytes, "x"), { message: `x: not a complete safetensors file: ${message}` });
  }
});

Deno.test("decodeSafetensors() never fails but with its own message, whatever the bytes", () => {
  const good = encodeSafetensors(sample);
  fc.assert(fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
    const bytes = good.slice();
    bytes[at] = value;
    try {
      decodeSafetensors(bytes, "flipped");
    } catch (error) {
      assert.match((error as Error).message, /^flipped: /);
    }
  }));
});

Deno.test("writeSafetensors() writes the bytes of encodeSafetensors(), and readSafetensors() reads them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "sample.safetensors");
    await writeSafetensors(path, sample);
    assert.deepEqual(await Deno.readFile(path), encodeSafetensors(sample));
    assert.deepEqual({ ...(await readSafetensors(path)).tensors }, sample.tensors);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("tensorNamed() names what is missing or of another type", () => {
  assert.equal(tensorNamed(sample, "images", "U8", "x").data[2], 255);
  assert.throws(() => tensorNamed(sample, "image", "U8", "x"), {
    message: 'x: no tensor named "image"; found images, labels, moments, steps, weights',
  });
  assert.throws(() => tensorNamed(sample, "images", "F32", "x"), { message: 'x: tensor "images" is U8, expected F32' });
});
