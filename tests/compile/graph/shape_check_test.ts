import assert from "node:assert/strict";
import { binary, broadcast, node, reshape } from "../../../lib/compile/graph/node.ts";
import { transposed } from "../../../lib/compile/graph/layout.ts";
import { ShapeError } from "../../../lib/compile/graph/shape.ts";
import { input } from "../support/graph.ts";

const [x, y] = [input("x", [2, 3]), input("y", [4, 2])];
const product = (transposeLeft: boolean, transposeRight: boolean, left = x, right = y) =>
  node({ kind: "matMul", transposeLeft, transposeRight }, [left, right]);
const window = { height: 1, width: 1, strideHeight: 1, strideWidth: 1, top: 0, left: 0, bottom: 0, right: 0 };
const [images, filter] = [input("images", [2, 5, 5, 3]), input("filter", [1, 1, 4, 8])];

const cases: readonly [name: string, make: () => unknown, message: string][] = [
  ["a sum", () => binary("add", x, y), "[2,3] and [4,2] do not stretch to one shape"],
  [
    "a product",
    () => product(false, false),
    "[2,3] has 3 columns, and [4,2] has 4 rows; a product needs as many of both",
  ],
  [
    "a product of transposes",
    () => product(true, true, y, x),
    "[4,2] transposed has 4 columns, and [2,3] transposed has 3 rows; a product needs as many of both",
  ],
  [
    "a product of a vector",
    () => product(false, false, x, input("v", [3])),
    "a product needs matrices, and was given [2,3] and [3]",
  ],
  ["a reshape", () => reshape(x, [4, 2]), "6 values cannot have the shape [4,2], which holds 8"],
  ["a broadcast", () => broadcast(x, [2, 1]), "[2,3] does not stretch to [2,1]"],
  ["a transpose", () => transposed(x, [0, 0]), "[0,0] is no order of the 2 axes of [2,3]"],
  [
    "a slice",
    () => node({ kind: "slice", begin: [1, 0], size: [2, 3] }, [x]),
    "[2,3] from [1,0] on reaches beyond [2,3]",
  ],
  [
    "paddings",
    () => node({ kind: "pad", before: [1], after: [1], value: 0 }, [x]),
    "1 paddings were given for the axes of [2,3]",
  ],
  ["a tile", () => node({ kind: "tile", repeats: [1] }, [x]), "1 repeats were given for the axes of [2,3]"],
  [
    "a concatenation",
    () => node({ kind: "concatenate", axis: 0 }, [x, y]),
    "[2,3] and [4,2] differ besides along axis 0, along which they are joined",
  ],
  [
    "a gather",
    () => node({ kind: "gather", axis: 0 }, [x, y]),
    "[2,3] is looked up along axis 0 by indices of float32; they must be int32",
  ],
  [
    "a convolution",
    () => node({ kind: "convolution", window }, [images, filter]),
    "images [2,5,5,3] have 3 channels, and filters [1,1,4,8] are for 4",
  ],
  [
    "a pooling",
    () => node({ kind: "pool", function: "max", window }, [x]),
    "[2,3] are no images; these are [batch, height, width, channels]",
  ],
];

for (const [name, make, message] of cases) {
  Deno.test(`node() refuses ${name} of shapes that do not fit`, () => {
    assert.throws(make, (error) => error instanceof ShapeError && error.message === message);
  });
}

Deno.test("node() takes what fits", () => {
  assert.deepEqual(product(false, true, x, input("z", [5, 3])).shape, [2, 5]);
  assert.deepEqual(node({ kind: "concatenate", axis: 1 }, [x, input("z", [2, 1])]).shape, [2, 4]);
  assert.deepEqual(node({ kind: "slice", begin: [1, 1], size: [1, 2] }, [x]).shape, [1, 2]);
});
