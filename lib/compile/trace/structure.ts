import * as tf from "@tensorflow/tfjs";
import { cast, type Node, node, reshape } from "../graph/node.ts";
import type { Dtype, OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { cumulative } from "./cumulative.ts";
import { type KernelTracer, UnsupportedAttributes } from "./kernel.ts";

/** Kernels that move values, or sum them up along axes. */
export const structureTracers: Readonly<Record<string, KernelTracer>> = {
  Reshape: ({ input, attributes }) =>
    reshape(input, tf.util.inferFromImplicitShape(attributes.shape as number[], sizeOf(input.shape))),
  ExpandDims: ({ input, attributes }) => {
    const dim = attributes.dim as number;
    return reshape(input, input.shape.toSpliced(dim < 0 ? input.shape.length + dim + 1 : dim, 0, 1));
  },
  Transpose: ({ input, attributes }) =>
    node({ kind: "transpose", permutation: [...attributes.perm as number[]] }, [input]),
  Slice: ({ input, attributes }) => {
    const shaped = { shape: [...input.shape] } as tf.Tensor;
    const [begin, size] = tf.slice_util.parseSliceParams(
      shaped,
      attributes.begin as number | number[],
      attributes.size as number | number[],
    );
    return node({ kind: "slice", begin: begin as number[], size: size as number[] }, [input]);
  },
  Reverse: ({ input, attributes }) => node({ kind: "reverse", axes: axesOf(attributes.dims, input.shape) }, [input]),
  PadV2: ({ input, attributes }) => {
    const paddings = attributes.paddings as [number, number][];
    const [before, after] = [paddings.map(([before]) => before), paddings.map(([, after]) => after)];
    return node({ kind: "pad", before, after, value: attributes.constantValue as number }, [input]);
  },
  Concat: ({ input, inputs, attributes }) => {
    // Like tfjs's own kernel, so that gradients of concatenations of nothing work.
    const filled = inputs.filter(({ shape }) => sizeOf(shape) > 0);
    const [axis = 0] = axesOf(attributes.axis, input.shape);
    return filled.length === 1 ? filled[0]! : node({ kind: "concatenate", axis }, filled);
  },
  Pack: ({ input, inputs, attributes }) => {
    const axis = attributes.axis as number;
    const at = axis < 0 ? input.shape.length + 1 + axis : axis;
    return node({ kind: "concatenate", axis: at }, inputs.map((each) => reshape(each, each.shape.toSpliced(at, 0, 1))));
  },
  SplitV: ({ input, attributes }) => {
    const [axis = 0] = axesOf(attributes.axis, input.shape);
    const shaped = { shape: [...input.shape] } as tf.Tensor;
    const sizes = tf.backend_util.prepareSplitSize(shaped, attributes.numOrSizeSplits as number | number[], axis);
    return pieces(input, axis, sizes);
  },
  Unpack: ({ input, attributes }) => {
    const [axis = 0] = axesOf(attributes.axis, input.shape);
    const sizes = Array<number>(input.shape[axis]!).fill(1);
    return pieces(input, axis, sizes).map((piece) => reshape(piece, input.shape.toSpliced(axis, 1)));
  },
  Tile: ({ input, attributes }) => node({ kind: "tile", repeats: [...attributes.reps as number[]] }, [input]),
  GatherV2: ({ tensor, attributes }) => {
    const [x, indices] = [tensor("x"), tensor("indices")];
    if ((attributes.batchDims ?? 0) !== 0) throw new UnsupportedAttributes("only batchDims of 0 can be compiled");
    const [axis = 0] = axesOf(attributes.axis ?? 0, x.shape);
    return node({ kind: "gather", axis }, [x, indices]);
  },
  // A product with the one-hot code of the segments: what is in none is in no row. It is the gradient of a gather.
  UnsortedSegmentSum: ({ tensor, attributes }) => {
    const [x, segments, depth] = [tensor("x"), tensor("segmentIds"), attributes.numSegments as number];
    if (x.dtype !== "float32") throw new UnsupportedAttributes("only segments of float32 can be compiled");
    const count = sizeOf(segments.shape);
    const code: OperationOf<"oneHot"> = { kind: "oneHot", depth, on: 1, off: 0, dtype: "float32" };
    const codes = node(code, [reshape(cast(segments, "int32"), [count])]);
    const inner = x.shape.slice(segments.shape.length);
    const sums = node({ kind: "matMul", transposeLeft: true, transposeRight: false }, [
      codes,
      reshape(x, [count, sizeOf(inner)]),
    ]);
    return reshape(sums, [depth, ...inner]);
  },
  Cumsum: ({ input, attributes }) => {
    const [axis = 0] = axesOf(attributes.axis, input.shape);
    return cumulative("add", input, axis, attributes);
  },
  Cumprod: ({ input, attributes }) => {
    const [axis = 0] = axesOf(attributes.axis, input.shape);
    return cumulative("multiply", input, axis, attributes);
  },
  OneHot: ({ tensor, attributes }) => {
    const operation: OperationOf<"oneHot"> = {
      kind: "oneHot",
      depth: attributes.depth as number,
      on: attributes.onValue as number,
      off: attributes.offValue as number,
      dtype: (attributes.dtype ?? "int32") as Dtype,
    };
    return node(operation, [tensor("indices")]);
  },
  Range: ({ attributes: { start, stop, step, dtype } }) => {
    const [from, to, by] = [start as number, stop as number, step as number];
    const length = Math.max(0, Math.ceil((to - from) / by));
    const value = (_: unknown, index: number) => from + index * by;
    return dtype === "int32"
      ? node({ kind: "literal", values: Int32Array.from({ length }, value), shape: [length], dtype })
      : node({ kind: "literal", values: Float32Array.from({ length }, value), shape: [length], dtype: "float32" });
  },
  ...Object.fromEntries(
    (["Sum", "Mean", "Max", "Min", "Prod"] as const).map((kernel): [string, KernelTracer] => [
      kernel,
      ({ input, attributes }) => {
        const name = ({ Sum: "sum", Mean: "mean", Max: "max", Min: "min", Prod: "product" } as const)[kernel];
        const axes = axesOf(attributes.axis ?? attributes.reductionIndices, input.shape);
        const numbers = input.dtype === "bool" ? node({ kind: "cast", dtype: "int32" }, [input]) : input;
        return node({ kind: "reduce", function: name, axes, keep: attributes.keepDims === true }, [numbers]);
      },
    ]),
  ),
  ...Object.fromEntries(
    (["ArgMax", "ArgMin"] as const).map((kernel): [string, KernelTracer] => [
      kernel,
      ({ input, attributes }) => {
        const [axis = 0] = axesOf(attributes.axis, input.shape);
        return node({ kind: "argument", function: kernel === "ArgMax" ? "max" : "min", axis }, [input]);
      },
    ]),
  ),
};

/** Axes as tfjs gives them (one, several, all by default, negative from the end), in ascending order. */
function axesOf(axes: unknown, shape: readonly number[]): number[] {
  return tf.util.parseAxisParam((axes ?? undefined) as number | number[], [...shape]).toSorted((a, b) => a - b);
}

/** Cuts a tensor along an axis into pieces of sizes. */
function pieces(input: Node, axis: number, sizes: readonly number[]): Node[] {
  let at = 0;
  return sizes.map((size) => {
    const begin = input.shape.map((_, other) => other === axis ? at : 0);
    at += size;
    return node({ kind: "slice", begin, size: input.shape.toSpliced(axis, 1, size) }, [input]);
  });
}
