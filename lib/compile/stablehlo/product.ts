import type { OperationOf } from "../graph/operation.ts";
import { type Emitter, list, type Lower, type Lowerings, type Typed } from "./emitter.ts";
import { precisionNames } from "./precision.ts";
import { elementTypes, tensorType } from "./type.ts";

/**
 * A product or a convolution, of float32 numbers at the precision asked for.
 *
 * @param factors two values of one type
 * @param typed the result's shape and type
 * @param write the operation of factors, up to the types
 */
export function multiplied(
  factors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  { shape, dtype }: Typed,
  write: (names: readonly string[], precision: string, types: readonly string[]) => string,
  emitter: Emitter,
): string {
  const precision = precisionNames[emitter.precision];
  const own = elementTypes[dtype];
  const element = own === "f32" && emitter.precision === "bfloat16" ? "bf16" : own;
  const types = factors.map(({ shape }) => tensorType(shape, element));
  const names = factors.map(({ name, shape }, index) =>
    element === own ? name : emitter.add(`stablehlo.convert ${name} : (${tensorType(shape, own)}) -> ${types[index]}`)
  );
  const type = tensorType(shape, element);
  const result = emitter.add(`${write(names, precision, types)} : (${types.join(", ")}) -> ${type}`);
  return element === own ? result : emitter.add(`stablehlo.convert ${result} : (${type}) -> ${tensorType(shape, own)}`);
}

const matMul: Lower<OperationOf<"matMul">> = (node, emitter) => {
  const { transposeLeft, transposeRight } = node.operation;
  const batches = node.shape.slice(0, -2);
  const factors = node.inputs.map((input) => {
    const shape = [...batches, ...input.shape.slice(-2)];
    return { name: emitter.stretched(input, shape), shape };
  });
  const rank = batches.length;
  const axes = list(batches.map((_, axis) => axis));
  const contracted = [rank + (transposeLeft ? 0 : 1), rank + (transposeRight ? 1 : 0)];
  return multiplied(factors, node, ([left, right], precision) => {
    const batching = rank === 0 ? "" : `batching_dims = ${axes} x ${axes}, `;
    return `stablehlo.dot_general ${left}, ${right}, ${batching}` +
      `contracting_dims = [${contracted[0]}] x [${contracted[1]}], precision = [${precision}, ${precision}]`;
  }, emitter);
};

/** Products of matrices. */
export const productLowerings: Pick<Lowerings, "matMul"> = { matMul };
