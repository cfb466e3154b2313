import type { Emitter, Lowerings } from "./emitter.ts";
import { dataTypes } from "./model.ts";
import type { Node } from "../graph/node.ts";

/** Operations that move values, and those that make or use indices. */
export const structureLowerings: Pick<
  Lowerings,
  | "reshape"
  | "broadcast"
  | "transpose"
  | "slice"
  | "reverse"
  | "pad"
  | "concatenate"
  | "tile"
  | "gather"
  | "oneHot"
  | "argument"
  | "softmax"
> = {
  reshape: (node, emitter) => {
    const [values, shown] = [first(node, emitter), node.inputs[1]];
    const shape = shown === undefined ? emitter.shapeOf(node) : emitter.graph.add("Shape", [emitter.value(shown)]);
    return emitter.graph.add("Reshape", [values, shape]);
  },
  broadcast: (node, emitter) => emitter.graph.add("Expand", [first(node, emitter), emitter.graph.integers(node.shape)]),
  transpose: (node, emitter) =>
    emitter.graph.add("Transpose", [first(node, emitter)], { perm: node.operation.permutation }),
  slice: (node, emitter) => {
    const { graph } = emitter;
    const { begin, size } = node.operation;
    const end = begin.map((at, axis) => at + size[axis]!);
    return graph.add("Slice", [first(node, emitter), graph.integers(begin), graph.integers(end)]);
  },
  reverse: (node, emitter) => {
    const { graph } = emitter;
    const { axes } = node.operation;
    if (axes.length === 0) return graph.add("Identity", [first(node, emitter)]);
    const back = graph.integers(axes.map(() => -1));
    const end = graph.integers(axes.map((axis) => -node.shape[axis]! - 1));
    return graph.add("Slice", [first(node, emitter), back, end, graph.integers(axes), back]);
  },
  pad: (node, emitter) => {
    const { graph } = emitter;
    const { before, after, value } = node.operation;
    const filling = graph.scalar(value, node.dtype === "int32" ? "int32" : "float32");
    return graph.add("Pad", [first(node, emitter), graph.integers([...before, ...after]), filling]);
  },
  concatenate: (node, emitter) =>
    emitter.graph.add("Concat", node.inputs.map((input) => emitter.value(input)), { axis: node.operation.axis }),
  tile: (node, emitter) =>
    emitter.graph.add("Tile", [first(node, emitter), emitter.graph.integers(node.operation.repeats)]),
  gather: (node, emitter) =>
    emitter.graph.add("Gather", node.inputs.map((input) => emitter.value(input)), { axis: node.operation.axis }),
  oneHot: (node, emitter) => {
    const { graph } = emitter;
    const { depth, on, off, dtype } = node.operation;
    // Of the types that ONNX allows, ONNX Runtime has 64-bit indices with floating-point values.
    const indices = graph.add("Cast", [first(node, emitter)], { to: dataTypes.int64 });
    const values = graph.constant("float32", Float32Array.of(off, on), [2]);
    const result = graph.add("OneHot", [indices, graph.integers([depth]), values], { axis: -1 });
    return dtype === "float32" ? result : graph.add("Cast", [result], { to: dataTypes[dtype] });
  },
  argument: (node, emitter) => {
    const { function: name, axis } = node.operation;
    const operator = name === "max" ? "ArgMax" : "ArgMin";
    const index = emitter.graph.add(operator, [first(node, emitter)], { axis, keepdims: 0 });
    return emitter.graph.add("Cast", [index], { to: dataTypes.int32 });
  },
  softmax: (node, emitter) =>
    emitter.graph.add(node.operation.logarithm ? "LogSoftmax" : "Softmax", [first(node, emitter)], { axis: -1 }),
};

function first(node: Node, emitter: Emitter): string {
  return emitter.value(node.inputs[0]!);
}
