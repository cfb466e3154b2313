import { fill, type Node, uniformValue } from "../graph/node.ts";
import { sizeOf } from "../graph/shape.ts";
import { binaryFunctions, castNumber, rounded, unaryFunctions } from "./number_functions.ts";

/**
 * Folds what is computed from numbers known when tracing, each the same everywhere in its tensor: they come from literals in
 * the program (`momentum`) and from tfjs's gradients (`ones`, `zerosLike`).
 */
export function foldUniform(node: Node): Node | undefined {
  const { operation, inputs, shape, dtype } = node;
  const values = inputs.map(uniformValue);
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const [first, second] = values as [number, number];
  const made = (value: number) => fill(rounded(value, dtype), shape, dtype);
  switch (operation.kind) {
    case "unary":
      return made(unaryFunctions[operation.function](first));
    case "binary":
      return made(binaryFunctions[operation.function](first, second));
    case "cast":
      return made(castNumber(first, dtype));
    case "select":
      return made(first !== 0 ? second : values[2] as number);
    case "reduce": {
      const count = sizeOf((inputs[0] as Node).shape) / sizeOf(shape);
      if (operation.function === "sum") return made(first * count);
      return operation.function === "product" ? made(first ** count) : made(first);
    }
    case "reshape":
    case "broadcast":
    case "transpose":
    case "slice":
    case "reverse":
    case "tile":
      return made(first);
    case "pad":
      return operation.value === first ? made(first) : undefined;
    case "concatenate":
      return values.every((value) => value === first) ? made(first) : undefined;
    default:
      return undefined;
  }
}
