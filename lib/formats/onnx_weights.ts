import { decodeOnnx, messages, textOf } from "./onnx.ts";
import { fieldsOf } from "./protobuf_fields.ts";
import type { StoredTensor, TensorFile } from "./tensor_file.ts";

/**
 * The constants of an ONNX model as a PyTorch state_dict has them. `torch.onnx.export` leaves parameters their names; what it
 * may change are undone by looking at the nodes that take them: a constant that it wrote once for several equal ones (by
 * `Identity`) has all their names, and a matrix that a product takes as `[in, out]` (`MatMul`, or `Gemm` without `transB`) is
 * turned to `[out, in]`, as torch.nn.Linear has it.
 *
 * @param name what messages call the file: its path
 * @throws {Error} as {@linkcode decodeOnnx}
 */
export function decodeOnnxWeights(bytes: Uint8Array, name: string): TensorFile {
  const { tensors, metadata } = decodeOnnx(bytes, name);
  const named = new Map(Object.entries(tensors));
  for (const { type, inputs, outputs, transB } of nodesOf(bytes)) {
    const [first, second] = inputs.map((input) => named.get(input));
    if (type === "Identity" && first !== undefined) named.set(outputs[0]!, first);
    const isPlain = type === "MatMul" || (type === "Gemm" && !transB);
    if (isPlain && second?.shape.length === 2) named.set(inputs[1]!, transposed(second));
  }
  return { tensors: Object.fromEntries(named), metadata };
}

/** What is looked at of a node. */
interface Node {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly transB: boolean;
}

/** The nodes of a model that decodeOnnx has read already. */
function nodesOf(bytes: Uint8Array): Node[] {
  const graph = messages([...fieldsOf(bytes)], 7)[0]!;
  return messages([...fieldsOf(graph)], 1).map((node) => {
    const fields = [...fieldsOf(node)];
    const texts = (number: number) => messages(fields, number).map((text) => new TextDecoder().decode(text));
    const transB = messages(fields, 5).map((attribute) => [...fieldsOf(attribute)]).find((attribute) =>
      textOf(attribute, 1) === "transB"
    );
    return {
      type: textOf(fields, 4),
      inputs: texts(1),
      outputs: texts(2),
      transB: transB?.some(({ number, value }) => number === 3 && value === 1) ?? false,
    };
  });
}

/** A matrix with rows for columns. */
function transposed(tensor: StoredTensor): StoredTensor {
  const [rows, columns] = tensor.shape as [number, number];
  const data = tensor.data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) data[column * rows + row] = tensor.data[row * columns + column]!;
  }
  return { ...tensor, shape: [columns, rows], data } as StoredTensor;
}
