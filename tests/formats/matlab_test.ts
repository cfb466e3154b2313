import assert from "node:assert/strict";
import { decodeMatlab } from "../../lib/formats/matlab.ts";
import { matlabFile, type Variable } from "./matlab_sample.ts";

const image: Variable = { name: "X", shape: [2, 2, 3], data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };
// What MATLAB calls double is stored as bytes where its values allow.
const labels: Variable = { name: "y", shape: [3, 1], data: [1, 10, 2], kind: 6 };

for (const compressed of [true, false]) {
  Deno.test(`decodeMatlab() reads ${compressed ? "compressed" : "plain"} arrays of bytes, whatever their class`, () => {
    const { X, y, ...others } = decodeMatlab(matlabFile([image, labels], { compressed }), "a.mat");
    assert.deepEqual([X!.shape, [...X!.data]], [image.shape, image.data]);
    assert.deepEqual([y!.shape, [...y!.data]], [labels.shape, labels.data]);
    assert.deepEqual(others, {});
  });
}

Deno.test("decodeMatlab() names the file and what is wrong with it", () => {
  const whole = matlabFile([image, labels]);
  const plain = matlabFile([image], { compressed: false });
  const other = Uint8Array.from(whole);
  other.set([0x4d, 0x49], 126);
  const damaged = Uint8Array.from(whole);
  damaged[140]! ^= 0xff;
  const cases: [Uint8Array, RegExp][] = [
    [whole.subarray(0, 100), /: 100 bytes, expected a header of 128$/],
    [other, /^a\.mat: not a MAT-file of version 5 with the least byte first; save it in MATLAB by the option -v7$/],
    [whole.subarray(0, whole.length - 3), /: an element of \d+ bytes, of which \d+ are there$/],
    [whole.subarray(0, 132), /: it ends within a tag$/],
    [damaged, /: a compressed element: /],
    [plain.subarray(0, plain.length - 8), /: an element of \d+ bytes, of which \d+ are there$/],
    [
      matlabFile([{ ...image, data: [1, 2] }]),
      /: variable "X" of 2 x 2 x 3 = 12 has 2 bytes$/,
    ],
    [
      matlabFile([{ ...image, type: 9 }]),
      /: variable "X" is stored as type 9, expected whole numbers from 0 to 255 \(type 2\)$/,
    ],
    [matlabFile([{ ...image, kind: 1 }]), /: variable "X" is of class 1, expected whole numbers from 0 to 255/],
  ];
  for (const [bytes, message] of cases) {
    assert.throws(() => decodeMatlab(bytes, "a.mat"), (error: Error) => {
      assert.ok(error.message.startsWith("a.mat: not a "), error.message);
      assert.match(error.message, message);
      return true;
    });
  }
});
