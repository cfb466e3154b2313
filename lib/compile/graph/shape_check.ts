import type { Node } from "./node.ts";
import type { Operation } from "./operation.ts";
import { broadcastShape, sameShape, ShapeError, sizeOf } from "./shape.ts";

/**
 * Checks that an operation can be applied to inputs of such shapes.
 *
 * @throws {ShapeError} saying what was found and what was expected
 */
export function checkShapes(operation: Operation, inputs: readonly Node[]): void {
  const [first = [], second = []] = inputs.map(({ shape }) => shape);
  switch (operation.kind) {
    case "reshape":
      return check(
        sizeOf(operation.shape) === sizeOf(first),
        () =>
          `${sizeOf(first)} values cannot have the shape [${operation.shape}], which holds ${sizeOf(operation.shape)}`,
      );
    case "broadcast":
      return check(
        sameShape(broadcastShape(first, operation.shape), operation.shape),
        () => `[${first}] does not stretch to [${operation.shape}]`,
      );
    case "transpose":
      return check(
        sameShape(operation.permutation.toSorted((a, b) => a - b), first.map((_, axis) => axis)),
        () => `[${operation.permutation}] is no order of the ${first.length} axes of [${first}]`,
      );
    case "slice":
      return check(
        operation.begin.length === first.length &&
          first.every((extent, axis) => operation.begin[axis]! + operation.size[axis]! <= extent),
        () => `[${operation.size}] from [${operation.begin}] on reaches beyond [${first}]`,
      );
    case "pad":
    case "tile": {
      const [what, given] = operation.kind === "pad" ? ["paddings", operation.before] : ["repeats", operation.repeats];
      return check(
        given.length === first.length,
        () => `${given.length} ${what} were given for the axes of [${first}]`,
      );
    }
    case "concatenate":
      return checkConcatenation(operation.axis, inputs);
    case "gather":
      return check(
        inputs[1]?.dtype === "int32" && operation.axis < first.length,
        () =>
          `[${first}] is looked up along axis ${operation.axis} by indices of ${inputs[1]?.dtype}; they must be int32`,
      );
    case "matMul":
      return checkProduct(operation, first, second);
    case "convolution":
    case "depthwiseConvolution": {
      const channels = first["channelsFirst" in operation ? 1 : 3];
      return check(
        first.length === 4 && second.length === 4 && channels === second[2],
        () => `images [${first}] have ${channels} channels, and filters [${second}] are for ${second[2]}`,
      );
    }
    case "pool":
      return check(first.length === 4, () => `[${first}] are no images; these are [batch, height, width, channels]`);
  }
}

function checkConcatenation(axis: number, parts: readonly Node[]): void {
  const [first = [], ...others] = parts.map(({ shape }) => shape);
  const differing = others.find((shape) =>
    shape.length !== first.length || shape.some((extent, other) => other !== axis && extent !== first[other])
  );
  check(
    differing === undefined,
    () => `[${first}] and [${differing}] differ besides along axis ${axis}, along which they are joined`,
  );
}

function checkProduct(
  { transposeLeft, transposeRight }: Extract<Operation, { kind: "matMul" }>,
  left: readonly number[],
  right: readonly number[],
): void {
  check(
    left.length >= 2 && right.length >= 2,
    () => `a product needs matrices, and was given [${left}] and [${right}]`,
  );
  const columns = left.at(transposeLeft ? -2 : -1);
  const rows = right.at(transposeRight ? -1 : -2);
  const said = (shape: readonly number[], isTransposed: boolean) => `[${shape}]${isTransposed ? " transposed" : ""}`;
  check(
    columns === rows,
    () =>
      `${said(left, transposeLeft)} has ${columns} columns, and ${said(right, transposeRight)} has ${rows} rows; ` +
      `a product needs as many of both`,
  );
}

function check(holds: boolean, message: () => string): void {
  if (!holds) throw new ShapeError(message());
}
