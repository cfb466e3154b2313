import assert from "node:assert/strict";
import { zipSync } from "fflate";
import { decodeNpy } from "../../lib/formats/npy.ts";
import { decodeNpz } from "../../lib/formats/npz.ts";
import { npyFile } from "./npy_sample.ts";

const bytesOf = (array: BigInt64Array | Float32Array) => new Uint8Array(array.buffer);

Deno.test("decodeNpy() reads type, shape and values, whatever the version of the header", () => {
  for (const version of [1, 2]) {
    assert.deepEqual(decodeNpy(npyFile("|u1", [2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6), { version }), "a"), {
      dtype: "U8",
      shape: [2, 1, 3],
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
    });
  }
  const labels = BigInt64Array.of(-1n, 3n);
  // At an odd place, so that the numbers have to be copied.
  const shifted = new Uint8Array(1 + npyFile("<i8", [2], bytesOf(labels)).length);
  shifted.set(npyFile("<i8", [2], bytesOf(labels)), 1);
  assert.deepEqual(decodeNpy(shifted.subarray(1), "a"), { dtype: "I64", shape: [2], data: labels });
  const scalar = npyFile("<f4", [], bytesOf(Float32Array.of(0.5)));
  assert.deepEqual(decodeNpy(scalar, "a"), { dtype: "F32", shape: [], data: Float32Array.of(0.5) });
});

Deno.test("decodeNpy() names the file and what is wrong with it", () => {
  const whole = npyFile("|u1", [2, 2], Uint8Array.of(1, 2, 3, 4));
  const cases: [Uint8Array, string][] = [
    [
      Uint8Array.from(whole.subarray(1)),
      "a: not a complete npy file: it does not start with \\x93NUMPY, a version and the length of a header",
    ],
    [whole.subarray(0, 60), "a: not a complete npy file: a header of 128 bytes, of which 60 are there"],
    [whole.subarray(0, 131), "a: not a complete npy file: 3 bytes of data, expected 4 for |u1 of shape [2, 2]"],
    [
      npyFile("<i2", [1], Uint8Array.of(1, 0)),
      "a: an array of type <i2, expected one of |u1, <i4, <i8, <f4, <f8; convert it by .astype() before saving",
    ],
    [
      npyFile("|u1", [2, 2], Uint8Array.of(1, 2, 3, 4), { fortranOrder: true }),
      "a: stored column by column; convert it by numpy.ascontiguousarray() before saving",
    ],
  ];
  for (const [bytes, message] of cases) assert.throws(() => decodeNpy(bytes, "a"), { message });
  const damaged = Uint8Array.from(whole);
  damaged[12] = 0x58;
  assert.throws(() => decodeNpy(damaged, "a"), {
    message: /^a: not a complete npy file: no type, order and shape in its header \{/,
  });
});

for (const level of [0, 6] as const) {
  Deno.test(`decodeNpz() reads the arrays of an archive by name, ${level === 0 ? "stored" : "compressed"}`, () => {
    const bytes = zipSync({
      "images.npy": npyFile("|u1", [1, 2, 2], Uint8Array.of(1, 2, 3, 4)),
      "labels.npy": npyFile("<i8", [1], bytesOf(BigInt64Array.of(7n))),
    }, { level });
    const arrays = decodeNpz(bytes, "a.npz");
    assert.deepEqual(arrays, {
      images: { dtype: "U8", shape: [1, 2, 2], data: Uint8Array.of(1, 2, 3, 4) },
      labels: { dtype: "I64", shape: [1], data: BigInt64Array.of(7n) },
    });
    assert.throws(() => decodeNpz(bytes.subarray(0, bytes.length - 9), "a.npz"), {
      message: "a.npz: not a complete npz file: invalid zip data",
    });
  });
}

Deno.test("decodeNpz() names the array in it that cannot be read", () => {
  const bytes = zipSync({ "images.npy": Uint8Array.of(1, 2, 3) });
  assert.throws(() => decodeNpz(bytes, "a.npz"), { message: /^a\.npz\/images\.npy: not a complete npy file: / });
});
