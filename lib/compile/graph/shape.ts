/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/** Whether two shapes (or any lists of numbers) are the same. */
export function sameShape(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((extent, axis) => extent === right[axis]);
}

/** An operation cannot be applied to tensors of such shapes; the message says what was found and what was expected. */
export class ShapeError extends Error {
  /** The class's name, which stays with the message where the error is printed. */
  override readonly name = "ShapeError";
}

/**
 * The shape that shapes give when lined up from the right, extents of 1 stretching to the others'.
 *
 * @throws {ShapeError} where two extents differ and neither is 1
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const extent = extents.find((extent) => extent !== 1) ?? 1;
    if (extents.some((other) => other !== 1 && other !== extent)) {
      throw new ShapeError(`[${shapes.join("] and [")}] do not stretch to one shape`);
    }
    return extent;
  });
}

/** Extents of a window's places over an image's height and width. */
export function windowExtents(
  [height = 1, width = 1]: readonly number[],
  window: {
    readonly height: number;
    readonly width: number;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly top: number;
    readonly left: number;
    readonly bottom: number;
    readonly right: number;
  },
): [number, number] {
  return [
    Math.floor((height + window.top + window.bottom - window.height) / window.strideHeight) + 1,
    Math.floor((width + window.left + window.right - window.width) / window.strideWidth) + 1,
  ];
}
