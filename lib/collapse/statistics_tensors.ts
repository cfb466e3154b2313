import { type StoredTensor, type TensorFile, tensorNamed } from "../formats/safetensors.ts";

/** Whole numbers as a tensor of `[values.length / width, width]`, or of one extent where there is no width. */
export function integerTensor(values: readonly number[], width?: number): StoredTensor {
  return { dtype: "I32", shape: shapeOf(values.length, width), data: Int32Array.from(values) };
}

/** Numbers as a float64 tensor of `[values.length / width, width]`, or of one extent where there is no width. */
export function doubleTensor(values: readonly number[], width?: number): StoredTensor {
  return { dtype: "F64", shape: shapeOf(values.length, width), data: Float64Array.from(values) };
}

/** Numbers that are float32 already, as {@linkcode doubleTensor}. */
export function singleTensor(values: readonly number[], width?: number): StoredTensor {
  return { dtype: "F32", shape: shapeOf(values.length, width), data: Float32Array.from(values) };
}

function shapeOf(values: number, width: number | undefined): number[] {
  return width === undefined ? [values] : [values / Math.max(1, width), width];
}

/** Reads tensors whose first extent is a number of rows, a row at a time. */
export class TensorRows {
  readonly #file: TensorFile;
  readonly #path: string;
  readonly #count: number;

  /**
   * The rows of a file.
   *
   * @param path what messages call it
   * @param counted the tensor, int32, that has an element a row
   */
  constructor(file: TensorFile, path: string, counted: string) {
    this.#file = file;
    this.#path = path;
    this.#count = tensorNamed(file, counted, "I32", path).data.length;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /**
   * The elements of a tensor of `[count]`.
   *
   * @throws {Error} where there is none of that type and shape, or one is negative or not finite
   */
  column(name: string, dtype: "I32" | "F64"): Int32Array | Float64Array {
    const tensor = tensorNamed(this.#file, name, dtype, this.#path);
    this.#check(name, tensor, [this.#count], 0);
    return tensor.data;
  }

  /**
   * The rows of a tensor of `[count, width]`.
   *
   * @param least what an element must be at least: 0, or minus infinity where it may be negative
   * @throws {Error} where there is none of that type and shape, or an element is less or not finite
   */
  rows(name: string, dtype: "I32" | "F32" | "F64", width: number, least = 0): (row: number) => ArrayLike<number> {
    const tensor = tensorNamed(this.#file, name, dtype, this.#path);
    this.#check(name, tensor, [this.#count, width], least);
    return (row) => tensor.data.subarray(row * width, (row + 1) * width);
  }

  #check(
    name: string,
    { shape, data }: { readonly shape: readonly number[]; readonly data: Int32Array | Float32Array | Float64Array },
    expected: readonly number[],
    least: number,
  ): void {
    if (shape.join() !== expected.join()) {
      throw new Error(
        `${this.#path}: tensor "${name}" of shape [${shape.join(", ")}], expected [${expected.join(", ")}]`,
      );
    }
    if (!data.every((value) => value >= least && Math.abs(value) < Infinity)) {
      const problem = least === 0 ? "negative or not finite" : "not finite";
      throw new Error(`${this.#path}: tensor "${name}" holds a value that is ${problem}`);
    }
  }
}
