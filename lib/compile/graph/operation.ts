/**
 * Type of the values of a node; `uint8` occurs only as it lies in memory, before a cast, and `float64` only in what a
 * `DoubleFunction` makes, since TensorFlow.js has no such tensors.
 */
export type Dtype = "float32" | "float64" | "int32" | "uint8" | "bool";

/** Values of a literal; `bool` ones are bytes. */
export type Values = Float32Array | Int32Array | Uint8Array;

/** A function of one value. `step` is 1 where its input is above 0, else 0; `not` is of `bool`. */
export type UnaryFunction =
  | "abs"
  | "ceil"
  | "cos"
  | "erf"
  | "exp"
  | "expm1"
  | "floor"
  | "log"
  | "log1p"
  | "negate"
  | "not"
  | "reciprocal"
  | "relu"
  | "round"
  | "rsqrt"
  | "sigmoid"
  | "sign"
  | "sin"
  | "sqrt"
  | "square"
  | "step"
  | "tanh";

/** A function of two values that gives their type. */
export type ArithmeticFunction = "add" | "subtract" | "multiply" | "divide" | "maximum" | "minimum" | "power";

/** A function of two values that gives a `bool`. */
export type PredicateFunction =
  | "and"
  | "or"
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual";

/** What a loop gives to its body: see the fields of the same names of a `Program`. */
export type InputRole = "example" | "scalar" | "constant" | "state";

/** Window of a convolution or a pooling, over height and width; the padding may differ on each side. */
export interface Window {
  /** Rows of the window. */
  readonly height: number;
  /** Columns of the window. */
  readonly width: number;
  /** Rows from one place of the window to the next. */
  readonly strideHeight: number;
  /** Columns from one place of the window to the next. */
  readonly strideWidth: number;
  /** Rows of padding above. */
  readonly top: number;
  /** Columns of padding to the left. */
  readonly left: number;
  /** Rows of padding below. */
  readonly bottom: number;
  /** Columns of padding to the right. */
  readonly right: number;
}

/** In which order the axes of images lie. */
export interface ImageLayout {
  /** Images are `[batch, channels, height, width]`; filters are as ever. */
  readonly channelsFirst?: true;
}

/**
 * What a node computes. Images are `[batch, height, width, channels]` unless the layout says otherwise, filters
 * `[height, width, in, out]`; functions of two values, `select` and `broadcast` line shapes up from the right, as NumPy does.
 */
export type Operation =
  | {
    readonly kind: "input";
    readonly role: InputRole;
    readonly name: string;
    readonly shape: readonly number[];
    readonly dtype: Dtype;
  }
  /** One value everywhere. */
  | { readonly kind: "fill"; readonly value: number; readonly shape: readonly number[]; readonly dtype: Dtype }
  /** Values known when tracing. */
  | { readonly kind: "literal"; readonly values: Values; readonly shape: readonly number[]; readonly dtype: Dtype }
  | { readonly kind: "unary"; readonly function: UnaryFunction }
  | { readonly kind: "binary"; readonly function: ArithmeticFunction | PredicateFunction }
  /** Of a condition, the value where it holds, and the value elsewhere. */
  | { readonly kind: "select" }
  | { readonly kind: "cast"; readonly dtype: Dtype }
  /** Over axes, which stay as extents of 1 where `keep` is set. */
  | {
    readonly kind: "reduce";
    readonly function: "sum" | "mean" | "max" | "min" | "product";
    readonly axes: readonly number[];
    readonly keep: boolean;
  }
  /** Index of the first largest or smallest value along an axis. */
  | { readonly kind: "argument"; readonly function: "max" | "min"; readonly axis: number }
  /** Over the last axis. */
  | { readonly kind: "softmax"; readonly logarithm: boolean }
  /** Where there is a second input, of the result's shape, the first is used after that one is computed. */
  | { readonly kind: "reshape"; readonly shape: readonly number[] }
  | { readonly kind: "broadcast"; readonly shape: readonly number[] }
  | { readonly kind: "transpose"; readonly permutation: readonly number[] }
  | { readonly kind: "slice"; readonly begin: readonly number[]; readonly size: readonly number[] }
  | { readonly kind: "reverse"; readonly axes: readonly number[] }
  | {
    readonly kind: "pad";
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly value: number;
  }
  | { readonly kind: "concatenate"; readonly axis: number }
  | { readonly kind: "tile"; readonly repeats: readonly number[] }
  /** Of values and of indices along an axis of the values. */
  | { readonly kind: "gather"; readonly axis: number }
  /** Of indices from 0 to `depth - 1`. */
  | {
    readonly kind: "oneHot";
    readonly depth: number;
    readonly on: number;
    readonly off: number;
    readonly dtype: Dtype;
  }
  /** Of matrices in the last two axes; the others are batches. */
  | { readonly kind: "matMul"; readonly transposeLeft: boolean; readonly transposeRight: boolean }
  /** Of images and filters. */
  | ({ readonly kind: "convolution"; readonly window: Window } & ImageLayout)
  /** Of the output's gradient and filters. */
  | ({
    readonly kind: "convolutionInputGradient";
    readonly window: Window;
    readonly shape: readonly number[];
  } & ImageLayout)
  /** Of images and the output's gradient. */
  | {
    readonly kind: "convolutionFilterGradient";
    readonly window: Window;
    readonly shape: readonly number[];
  }
  /** Of images and filters `[height, width, in, multiplier]`: each channel alone, its results side by side. */
  | { readonly kind: "depthwiseConvolution"; readonly window: Window }
  /** Of the output's gradient and filters. */
  | { readonly kind: "depthwiseInputGradient"; readonly window: Window; readonly shape: readonly number[] }
  /** Of images and the output's gradient. */
  | { readonly kind: "depthwiseFilterGradient"; readonly window: Window; readonly shape: readonly number[] }
  /** An average is over the values within the image. */
  | ({ readonly kind: "pool"; readonly function: "max" | "average"; readonly window: Window } & ImageLayout)
  /** Of the output's gradient and the images; a tie goes to the first. */
  | ({ readonly kind: "maxPoolGradient"; readonly window: Window } & ImageLayout)
  /** Of the output's gradient, divided by the whole window's size even at the border, as tfjs does. */
  | ({
    readonly kind: "averagePoolGradient";
    readonly window: Window;
    readonly shape: readonly number[];
  } & ImageLayout);

/** The name of an operation. */
export type Kind = Operation["kind"];

/** The operation of a name. */
export type OperationOf<K extends Kind> = Extract<Operation, { readonly kind: K }>;
