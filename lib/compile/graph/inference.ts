import type { Node } from "./node.ts";
import type { ArithmeticFunction, Dtype, ImageLayout, Operation, PredicateFunction, Window } from "./operation.ts";
import { broadcastShape, windowExtents } from "./shape.ts";
import { checkShapes } from "./shape_check.ts";

/**
 * The shape that an operation gives on inputs.
 *
 * @throws {ShapeError} where it cannot be applied to them
 */
export function inferShape(operation: Operation, inputs: readonly Node[]): readonly number[] {
  checkShapes(operation, inputs);
  const shapes = inputs.map((input) => input.shape);
  const [first = [], second = []] = shapes;
  switch (operation.kind) {
    case "input":
    case "fill":
    case "literal":
    case "reshape":
    case "broadcast":
    case "convolutionInputGradient":
    case "convolutionFilterGradient":
    case "depthwiseInputGradient":
    case "depthwiseFilterGradient":
    case "averagePoolGradient":
      return operation.shape;
    case "unary":
    case "cast":
    case "softmax":
    case "reverse":
      return first;
    case "binary":
    case "select":
      return broadcastShape(...shapes);
    case "reduce":
      return operation.keep
        ? first.map((extent, axis) => operation.axes.includes(axis) ? 1 : extent)
        : first.filter((_, axis) => !operation.axes.includes(axis));
    case "argument":
      return first.filter((_, axis) => axis !== operation.axis);
    case "transpose":
      return operation.permutation.map((axis) => first[axis] as number);
    case "slice":
      return operation.size;
    case "pad":
      return first.map((extent, axis) =>
        extent + (operation.before[axis] as number) + (operation.after[axis] as number)
      );
    case "concatenate": {
      const { axis } = operation;
      return first.toSpliced(axis, 1, shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0));
    }
    case "tile":
      return first.map((extent, axis) => extent * (operation.repeats[axis] as number));
    case "gather":
      return first.toSpliced(operation.axis, 1, ...second);
    case "oneHot":
      return [...first, operation.depth];
    case "matMul":
      return [
        ...broadcastShape(first.slice(0, -2), second.slice(0, -2)),
        first.at(operation.transposeLeft ? -1 : -2) as number,
        second.at(operation.transposeRight ? -2 : -1) as number,
      ];
    case "convolution":
      return windowed(first, operation, second[3] as number);
    case "depthwiseConvolution":
      return windowed(first, operation, (second[2] as number) * (second[3] as number));
    case "pool":
      return windowed(first, operation, first[operation.channelsFirst ? 1 : 3] as number);
    case "maxPoolGradient":
      return second;
  }
}

function windowed(
  images: readonly number[],
  { window, channelsFirst }: { readonly window: Window } & ImageLayout,
  channels: number,
): readonly number[] {
  const batch = images[0] as number;
  const extents = windowExtents(images.slice(channelsFirst ? 2 : 1), window);
  return channelsFirst ? [batch, channels, ...extents] : [batch, ...extents, channels];
}

/** The type that an operation gives on inputs. */
export function inferDtype(operation: Operation, inputs: readonly Node[]): Dtype {
  const dtype = inputs[0]?.dtype ?? "float32";
  switch (operation.kind) {
    case "input":
    case "fill":
    case "literal":
    case "cast":
    case "oneHot":
      return operation.dtype;
    case "binary":
      return isPredicate(operation.function) ? "bool" : dtype;
    case "select":
      return inputs[1]?.dtype ?? "float32";
    case "argument":
      return "int32";
    default:
      return dtype;
  }
}

const predicates: ReadonlySet<string> = new Set<PredicateFunction>(
  ["and", "or", "equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"],
);

/** Whether a function of two values gives a `bool`. */
export function isPredicate(name: ArithmeticFunction | PredicateFunction): name is PredicateFunction {
  return predicates.has(name);
}
