import { isUnary, type Node } from "../graph/node.ts";
import type { OperationOf } from "../graph/operation.ts";
import { sizeOf } from "../graph/shape.ts";
import { type Emitter, type Lower, type Lowerings } from "./emitter.ts";
import { contributed } from "./model.ts";

/** Matrix products, and the sums that are computed as such. */
export const productLowerings: Pick<Lowerings, "matMul" | "reduce"> = {
  matMul: (node, emitter) => gemm(node, emitter),
  reduce: (node, emitter) => {
    if (isColumnSum(node)) return columnSum(node, emitter);
    return isChannelSum(node) ? channelSum(node, emitter) : reduce(node, emitter);
  },
};

/** Writes a matrix product, of matrices with something added to it if given (a row is added to each row). */
export function gemm(node: Node<OperationOf<"matMul">>, emitter: Emitter, addend?: string): string {
  const inputs = node.inputs.map((input) => emitter.value(input));
  const { transposeLeft, transposeRight } = node.operation;
  const attributes = { transA: Number(transposeLeft), transB: Number(transposeRight) };
  if (node.shape.length === 2) return emitter.graph.add("Gemm", addend ? [...inputs, addend] : inputs, attributes);
  return emitter.graph.add("FusedMatMul", inputs, attributes, contributed);
}

const operators = { sum: "ReduceSum", mean: "ReduceMean", max: "ReduceMax", min: "ReduceMin", product: "ReduceProd" };

const reduce: Lower<OperationOf<"reduce">> = (node, emitter) => {
  const { function: name, axes, keep } = node.operation;
  const [reduced] = node.inputs as [Node];
  if (axes.length === 0) return emitter.graph.add("Identity", [emitter.value(reduced)]);
  // Squares are added up without being written down.
  const [operator, input] = name === "sum" && isUnary(reduced, "square")
    ? ["ReduceSumSquare", reduced.inputs[0]]
    : [operators[name], reduced];
  return emitter.graph.add(operator, [emitter.value(input), emitter.graph.integers(axes)], { keepdims: Number(keep) });
};

/** Sums and means over all axes but the last, of floating-point numbers. */
function isColumnSum({ operation, inputs: [input], dtype }: Node<OperationOf<"reduce">>): boolean {
  const { function: name, axes } = operation;
  const rank = input!.shape.length;
  return (name === "sum" || name === "mean") && dtype === "float32" && rank > 1 && axes.length === rank - 1 &&
    !axes.includes(rank - 1);
}

/** As a row of weights times the matrix: ONNX Runtime's product is several times faster than its reduction across rows. */
const columnSum: Lower<OperationOf<"reduce">> = (node, emitter) => {
  const { graph } = emitter;
  const [input] = node.inputs as [Node];
  const columns = input.shape.at(-1) as number;
  const rows = sizeOf(input.shape) / columns;
  const weight = node.operation.function === "mean" ? 1 / rows : 1;
  const weights = graph.uniform(weight, [rows]);
  const value = emitter.value(input);
  const matrix = input.shape.length === 2 ? value : graph.add("Reshape", [value, graph.shape([rows, columns])]);
  const sums = graph.add("MatMul", [weights, matrix]);
  return node.operation.keep ? graph.add("Reshape", [sums, graph.shape(node.shape)]) : sums;
};

/** Sums and means of each channel, of images with channels first. */
function isChannelSum({ operation, inputs: [input] }: Node<OperationOf<"reduce">>): boolean {
  const { function: name, axes } = operation;
  return (name === "sum" || name === "mean") && input!.shape.length === 4 && `${axes}` === "0,2,3";
}

/**
 * Over each image, then over the batch: twice as fast as in one go, for which ONNX Runtime besides lets its threads cut up the
 * batch where channels are few, so that the rounding depends on their number.
 */
const channelSum: Lower<OperationOf<"reduce">> = (node, emitter) => {
  const { graph } = emitter;
  const { function: name, keep } = node.operation;
  const keepdims = Number(keep);
  const images = graph.add(operators[name], [emitter.value(node.inputs[0]!), graph.integers([2, 3])], { keepdims });
  return graph.add(operators[name], [images, graph.integers([0])], { keepdims });
};
